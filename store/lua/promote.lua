-- Puts delayed jobs whose time has come onto their streams.
--
-- KEYS 1 delay · 2 jobs hi · 3 jobs norm · 4 jobs bulk
-- ARGV 1 now_ms · 2 most
-- Returns how many
-- Safe twice because what it adds it has removed in the same step.

local streams = { hi = KEYS[2], norm = KEYS[3], bulk = KEYS[4] }
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(due) do
  local class, attempt, payload = string.match(member, '^(%l+)\n(%d+)\n(.*)$')
  -- A class this release does not know waits with the patient ones; its payload is judged, and parked, by the crew.
  redis.call('XADD', streams[class] or KEYS[3], '*', 'p', payload or member, 'a', attempt or 0)
  redis.call('ZREM', KEYS[1], member)
end
return #due
