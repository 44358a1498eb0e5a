-- expire: ends a bill that ran out unpaid; its places go back.
-- KEYS head · per job: 1 booking, 2 quota of the slot it seemed to have, 3 bill of the code it seemed to have
-- ARGV head, 6 letters of the states an expiry may start from · per job: 1 entry (always '': the clock asks), 2 id,
--      3 the slot it seemed to have, 4 the code it seemed to have
-- Returns expired | early | void | unknown | moved
-- Safe twice because: only an unpaid bill expires, and afterwards it is none.
local hop, journal, due = KEYS[2], KEYS[3], KEYS[4]
local now, shards, letters = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]

return batch({ head_keys = 5, head_args = 6, keys = 3, args = 4 }, function(k, a)
  local id, seemed_slot, seemed_code = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]

  local record = read(KEYS[k + 1])
  if not record then
    return 'unknown'
  end
  -- Its money is in and about to be settled, however long the crew takes: a person who paid keeps the place.
  if not allowed(letters, record) or record[PAYMENT] ~= '' then
    return 'void'
  end
  if now < record[DUE] then
    return 'early'
  end
  local place = record[PLACES][1]
  if place[SLOT] ~= seemed_slot or record[CODE] ~= seemed_code then
    return 'moved'
  end

  take(KEYS[k + 2], place[SLOT], -place[COUNT])
  redis.call('DEL', KEYS[k + 3])
  redis.call('ZREM', due, id)
  record[STATE], record[DUE] = 'E', 0
  save(KEYS[k + 1], journal, id, record, 'expire', now)
  tell(hop, shards, record[CHAT], { kind = 'expired', booking = { office = record[OFFICE], id = id }, slot = place[SLOT] })
  return 'expired'
end)
