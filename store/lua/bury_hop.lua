-- Buries hops that name no tag or kind this release knows.
--
-- KEYS 1 hop · 2 dead
-- ARGV 1 reason · 2 now_ms · then the hops' ids
-- Returns done
-- Safe twice because only what is still there is buried.

for n = 3, #ARGV do
  local found = redis.call('XRANGE', KEYS[1], ARGV[n], ARGV[n])[1]
  if found then
    redis.call('XADD', KEYS[2], '*', 'k', 'hop', 'w', ARGV[n], 'a', 0, 'p', cjson.encode(found[2]), 'r', ARGV[1], 't', ARGV[2])
    redis.call('XDEL', KEYS[1], ARGV[n])
  end
end
return 'done'
