-- Buries entries that say nothing this release knows: of another release, or written by something else than our scripts.
--
-- KEYS 1 stream · 2 dead
-- ARGV 1 the group it is read in, or '' · 2 kind (hop, stray) · 3 what it is of, or '' for each one's own id · 4 reason
--      5 now_ms · then the entries' ids
-- Returns how many
-- Safe twice because only what is still there is buried.

local buried = 0
for n = 6, #ARGV do
  local found = redis.call('XRANGE', KEYS[1], ARGV[n], ARGV[n])[1]
  if found then
    local of = ARGV[3] ~= '' and ARGV[3] or ARGV[n]
    redis.call('XADD', KEYS[2], '*', 'k', ARGV[2], 'w', of, 'a', 0, 'p', cjson.encode(found[2]), 'r', ARGV[4], 't', ARGV[5])
    if ARGV[1] ~= '' then
      redis.call('XACK', KEYS[1], ARGV[1], ARGV[n])
    end
    redis.call('XDEL', KEYS[1], ARGV[n])
    buried = buried + 1
  end
end
return buried
