-- remind: says what it was told to recall, if that still holds.
-- KEYS head · per job: 1 booking
-- ARGV head · per job: 1 entry, 2 id, 3 `bill` or `eve`, 4 what must still be true: the bill's end, or the slot,
--      5 the moment from which recalling it is pointless
-- Returns reminded | void | stale
-- Safe twice because: settled in the same step.
local hop = KEYS[2]
local now, shards = tonumber(ARGV[3]), tonumber(ARGV[5])

return batch({ head_keys = 5, head_args = 5, keys = 1, args = 5 }, function(k, a)
  local id, of, holds, pointless = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], tonumber(ARGV[a + 5])

  local record = read(KEYS[k + 1])
  if not record or now >= pointless then
    return 'void'
  end
  local ref = { office = record[OFFICE], id = id }
  if of == 'bill' then
    if record[STATE] ~= 'B' or record[PAYMENT] ~= '' or record[DUE] ~= tonumber(holds) then
      return 'void'
    end
    tell(hop, shards, record[CHAT], { kind = 'bill-reminder', booking = ref, code = record[CODE], ['until'] = record[DUE] })
  else
    if record[STATE] ~= 'P' or record[PLACES][1][SLOT] ~= holds then
      return 'void'
    end
    tell(hop, shards, record[CHAT], { kind = 'eve-reminder', booking = ref, slot = holds })
  end
  return 'reminded'
end)
