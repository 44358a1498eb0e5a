-- Notes that something was reclaimed from a dead owner. The first time it starts to run alone: its owner died with
-- a whole batch in hand, so nothing is proven. From the second time on it was alone, and that counts.
--
-- KEYS 1 alone
-- ARGV 1 field
-- Returns how often it crashed while it ran alone
-- Twice counts twice: only its reclaimer calls it, once per reclaim.

if redis.call('HSETNX', KEYS[1], ARGV[1], 0) == 1 then
  return 0
end
return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
