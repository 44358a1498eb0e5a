-- open_quota: sets the capacity of slots of one office, class and month. Below what is taken is allowed: sales stop,
-- nobody is evicted, and the deficit shows.
-- KEYS 1 quota, 2 journal
-- ARGV 1 now_ms, 2 OFFICE:class:month, 3 capacity, 4 … days and hours (`0108`), at most 744
-- Returns {opened, the number of slots with a deficit}
-- Safe twice because: it sets, it does not add.
local capacity, deficits, hours = tonumber(ARGV[3]), 0, {}
for at = 4, math.min(#ARGV, 747) do
  local hour = ARGV[at]
  hours[#hours + 1] = hour
  local at = ((string.sub(hour, 1, 2) - 1) * 24 + string.sub(hour, 3)) * HOUR_BYTES
  local _, taken, withheld = counts(KEYS[1], at)
  redis.call('SETRANGE', KEYS[1], digits(at), struct.pack('>I4I4I4', capacity + 1, taken, withheld))
  if taken > capacity then
    deficits = deficits + 1
  end
end
chronicle(KEYS[2], 'quota', ARGV[1], 'q', ARGV[2], 'n', ARGV[3], 'h', table.concat(hours, ' '))
return { 'opened', digits(deficits) }
