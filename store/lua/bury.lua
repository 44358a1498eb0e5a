-- Buries a job: from its stream to the dead letters, with the reason.
--
-- KEYS 1 jobs stream · 2 dead · 3 alone
-- ARGV 1 group · 2 consumer · 3 entry · 4 class · 5 attempt · 6 reason · 7 now_ms · 8 alone field
-- Returns done | stale
-- Safe twice because the entry is settled in here.

if not fence(KEYS[1], ARGV[1], ARGV[2], { ARGV[3] })[ARGV[3]] then
  return 'stale'
end
local found = redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if found then
  -- As it lies there, whatever it is; where there is no payload at all, everything that is there instead.
  local payload
  for n = 1, #found[2], 2 do
    if found[2][n] == 'p' then
      payload = found[2][n + 1]
    end
  end
  payload = payload or cjson.encode(found[2])
  redis.call('XADD', KEYS[2], '*', 'k', 'job', 'w', ARGV[4], 'a', ARGV[5], 'p', payload, 'r', ARGV[6], 't', ARGV[7])
end
settle(KEYS[1], ARGV[1], { ARGV[3] })
redis.call('HDEL', KEYS[3], ARGV[8])
return 'done'
