-- Asks whether one more bulk message may leave: a rate kept over all processes (GCRA).
--
-- KEYS 1 limit
-- ARGV 1 now_ms · 2 milliseconds between two messages · 3 how far ahead of that pace one may be, in ms
-- Returns 0 for go, or the milliseconds to wait
-- Twice takes two tokens: a lost answer costs one message's time, nothing else.

local now, step, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local free_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
if free_at - now > burst then
  return math.ceil(free_at - now - burst)
end
-- %.3f: at 30 a second a step is 33.3 ms, and the fraction adds up.
redis.call('SET', KEYS[1], string.format('%.3f', free_at + step), 'PX', 60000)
return 0
