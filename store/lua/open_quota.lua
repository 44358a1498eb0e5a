-- open_quota: sets the capacity of slots of one office, class and month. Below what is taken is allowed: sales stop,
-- nobody is evicted, and the deficit shows.
-- KEYS 1 quota, 2 journal
-- ARGV 1 now_ms, 2 OFFICE:class:month, 3 capacity, 4 … hours within the month (`0108`), at most 744
-- Returns {opened, the number of slots with a deficit}
-- Safe twice because: it sets, it does not add.
local capacity, deficits, hours = tonumber(ARGV[3]), 0, {}
for at = 4, math.min(#ARGV, 747) do
  local hour = ARGV[at]
  hours[#hours + 1] = hour
  redis.call('HSET', KEYS[1], hour .. 'c', ARGV[3])
  redis.call('HSETNX', KEYS[1], hour .. 't', 0)
  redis.call('HSETNX', KEYS[1], hour .. 'w', 0)
  if tonumber(redis.call('HGET', KEYS[1], hour .. 't')) > capacity then
    deficits = deficits + 1
  end
end
chronicle(KEYS[2], 'quota', tonumber(ARGV[1]), 'q', ARGV[2], 'n', ARGV[3], 'h', table.concat(hours, ' '))
return { 'opened', digits(deficits) }
