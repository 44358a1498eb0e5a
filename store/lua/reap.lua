-- Deletes consumers that are dead and have nothing pending, both asked in one step: XGROUP DELCONSUMER destroys
-- what is still pending. What is pending is reclaimed first; the name is reaped later.
--
-- KEYS 1 stream · 2 alive
-- ARGV 1 group · 2 a heartbeat before this is a dead one's
-- Returns how many
-- Safe twice because a consumer that lives again is made again by its next read.

local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then
  return 0
end
local reaped = 0
for _, consumer in ipairs(consumers) do
  local info = {}
  for n = 1, #consumer, 2 do
    info[consumer[n]] = consumer[n + 1]
  end
  local beat = tonumber(redis.call('ZSCORE', KEYS[2], info.name) or 0)
  if info.pending == 0 and beat < tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], info.name)
    reaped = reaped + 1
  end
end
-- A heartbeat that is not there is a dead one's as well; names whose group was lost would stay for good.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[2])
return reaped
