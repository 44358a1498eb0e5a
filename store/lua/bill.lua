-- bill: issues a billing code for a held booking.
-- KEYS head · per job: 1 booking, 2 code, 3 bill, 4 application
-- ARGV head, 6 letters of the states a bill may start from · per job: 1 entry, 2 id, 3 seq, 4 amount, 5 the code proposed,
--      6 until_ms, 7 when to remind, 8 the reminder as a member of delay, 9 the sealed application
-- Returns billed | over (the hold ran out) | superseded | refused | unknown | taken (the code is: propose another) | stale
-- Safe twice because: settled in the same step, and a booking takes no sequence twice.
local hop, journal, due, delay = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local now, shards, letters = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]

return batch({ head_keys = 5, head_args = 6, keys = 4, args = 9 }, function(k, a)
  local id, seq, amount, code = ARGV[a + 2], tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4]), ARGV[a + 5]
  local until_ms, remind_at = tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7])

  local record = read(KEYS[k + 1])
  if not record then
    return 'unknown'
  end
  if seq <= record[SEQ] then
    return 'superseded'
  end
  local ref = { office = record[OFFICE], id = id }
  local allowed_now = allowed(letters, record)
  if record[STATE] == 'R' or (allowed_now and now >= record[DUE]) then
    tell(hop, shards, record[CHAT], { kind = 'hold-over', booking = ref })
    return 'over'
  end
  if not allowed_now then
    tell(hop, shards, record[CHAT], { kind = 'refused', booking = ref, job = 'bill' })
    return 'refused'
  end
  -- A code names its booking for good, also when the bill is long dead: late money must find it.
  if not redis.call('SET', KEYS[k + 2], record[OFFICE] .. ' ' .. id, 'NX') then
    return 'taken'
  end

  redis.call('SET', KEYS[k + 3], digits(until_ms), 'PX', digits(math.max(until_ms - now, 1)))
  redis.call('SET', KEYS[k + 4], ARGV[a + 9])
  redis.call('ZADD', due, until_ms, id)
  if remind_at > now then
    redis.call('ZADD', delay, remind_at, ARGV[a + 8])
  end
  record[STATE], record[SEQ], record[DUE], record[CODE], record[AMOUNT] = 'B', seq, until_ms, code, amount
  save(KEYS[k + 1], journal, id, record, 'bill', now)
  local slot = record[PLACES][1][SLOT]
  tell(hop, shards, record[CHAT], { kind = 'billed', booking = ref, slot = slot, code = code, amount = amount, ['until'] = until_ms })
  return 'billed'
end)
