-- reschedule: moves a paid booking to another slot; both places change in this step or neither does.
-- KEYS head · per job: 1 booking, 2 quota of the slot it seemed to have, 3 quota of the new slot
-- ARGV head, 6 letters of the states a move may start from · per job: 1 entry, 2 id, 3 seq, 4 the slot it seemed to have,
--      5 the moves it seemed to have made, 6 the new slot, 7 the rule's word against it or '', 8 the moment moving closes,
--      9 when to recall the new appointment, 10 that reminder as a member of delay, 11 how often it may move
-- Returns rescheduled | not-rescheduled | superseded | unknown | moved | stale
-- Safe twice because: settled in the same step, and a booking takes no sequence twice.
local hop, journal, delay = KEYS[2], KEYS[3], KEYS[5]
local now, shards, letters = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]

return batch({ head_keys = 5, head_args = 6, keys = 3, args = 11 }, function(k, a)
  local id, seq, seemed_slot, seemed_moves = ARGV[a + 2], tonumber(ARGV[a + 3]), ARGV[a + 4], tonumber(ARGV[a + 5])
  local to, against, closes = ARGV[a + 6], ARGV[a + 7], tonumber(ARGV[a + 8])
  local eve_at, eve = tonumber(ARGV[a + 9]), ARGV[a + 10]

  local record = read(KEYS[k + 1])
  if not record then
    return 'unknown'
  end
  if seq <= record[SEQ] then
    return 'superseded'
  end
  local ref = { office = record[OFFICE], id = id }
  local function refuse(why)
    tell(hop, shards, record[CHAT], { kind = 'not-rescheduled', booking = ref, to = to, why = why })
    return 'not-rescheduled'
  end
  if not allowed(letters, record) then
    return refuse('not-paid')
  end
  local place = record[PLACES][1]
  -- The rule was judged on what the booking seemed to be; it counts only if that is what it is.
  if place[SLOT] ~= seemed_slot or record[MOVES] ~= seemed_moves then
    return 'moved'
  end
  if against ~= '' then
    return refuse(against)
  end
  if now >= closes then
    return refuse('too-late')
  end
  if left(KEYS[k + 3], to) < place[COUNT] then
    return refuse('full')
  end

  take(KEYS[k + 2], place[SLOT], -place[COUNT])
  take(KEYS[k + 3], to, place[COUNT])
  if eve_at > now then
    redis.call('ZADD', delay, eve_at, eve)
  end
  record[SEQ], record[PLACES], record[MOVES] = seq, { { to, place[COUNT] } }, record[MOVES] + 1
  -- The rule of that day goes with the event: an audit proves the move without knowing today's.
  save(KEYS[k + 1], journal, id, record, 'reschedule', now, 'm', ARGV[a + 11], 'u', ARGV[a + 8])
  tell(hop, shards, record[CHAT], { kind = 'rescheduled', booking = ref, from = place[SLOT], to = to })
  return 'rescheduled'
end)
