-- cancel: withdraws a bill before it is paid; its places go back.
-- KEYS head · per job: 1 booking, 2 quota of the slot it seemed to have, 3 bill of the code it seemed to have
-- ARGV head, 6 letters of the states a cancellation may start from · per job: 1 entry, 2 id, 3 seq,
--      4 the slot it seemed to have, 5 the code it seemed to have
-- Returns cancelled | superseded | refused | unknown | moved | stale
-- Safe twice because: settled in the same step, and a booking takes no sequence twice.
local hop, journal, due = KEYS[2], KEYS[3], KEYS[4]
local now, shards, letters = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]

return batch({ head_keys = 5, head_args = 6, keys = 3, args = 5 }, function(k, a)
  local id, seq, seemed_slot, seemed_code = ARGV[a + 2], tonumber(ARGV[a + 3]), ARGV[a + 4], ARGV[a + 5]

  local record = read(KEYS[k + 1])
  if not record then
    return 'unknown'
  end
  if seq <= record[SEQ] then
    return 'superseded'
  end
  local ref = { office = record[OFFICE], id = id }
  -- Its money is in and about to be settled: too late to cancel.
  if not allowed(letters, record) or record[PAYMENT] ~= '' then
    tell(hop, shards, record[CHAT], { kind = 'refused', booking = ref, job = 'cancel' })
    return 'refused'
  end
  local place = record[PLACES][1]
  if place[SLOT] ~= seemed_slot or record[CODE] ~= seemed_code then
    return 'moved'
  end

  take(KEYS[k + 2], place[SLOT], -place[COUNT])
  redis.call('DEL', KEYS[k + 3])
  redis.call('ZREM', due, id)
  record[STATE], record[SEQ], record[DUE] = 'C', seq, 0
  save(KEYS[k + 1], journal, id, record, 'cancel', now)
  tell(hop, shards, record[CHAT], { kind = 'cancelled', booking = ref, slot = place[SLOT] })
  return 'cancelled'
end)
