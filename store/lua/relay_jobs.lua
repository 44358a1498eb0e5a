-- Takes hops from another tag onto the streams of jobs, in order.
--
-- KEYS 1 marks · 2 jobs hi · 3 jobs norm · 4 jobs bulk
-- ARGV 1 source tag · then per hop: hop id · class · payload
-- Returns how many were new
-- Safe twice, and with two relays at once, because the mark per source ignores what is not beyond it.

local streams = { hi = KEYS[2], norm = KEYS[3], bulk = KEYS[4] }
local mark = redis.call('HGET', KEYS[1], ARGV[1]) or '0-0'
local new = 0
for at = 2, #ARGV, 3 do
  local id, class, payload = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if beyond(id, mark) then
    redis.call('XADD', streams[class], '*', 'p', payload, 'a', 0)
    mark, new = id, new + 1
  end
end
redis.call('HSET', KEYS[1], ARGV[1], mark)
return new
