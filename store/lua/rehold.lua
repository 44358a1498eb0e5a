-- rehold: takes places in a slot for a booking that is known already; what it held before goes back in the same step.
-- KEYS head · per job: 1 booking, 2 quota of the new slot, 3 quota of the slot it seemed to hold
-- ARGV head, 6 letters of the states a hold may start from · per job: 1 entry, 2 id, 3 seq, 4 chat, 5 office, 6 slot,
--      7 places, 8 until_ms, 9 the moment from which the slot is bookable no more, 10 the slot it seemed to hold or ''
-- Returns held | full | superseded | refused | moved | stale
-- Safe twice because: settled in the same step, and a booking takes no sequence twice.
local hop, journal, due = KEYS[2], KEYS[3], KEYS[4]
local now, shards, letters = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]

return batch({ head_keys = 5, head_args = 6, keys = 3, args = 10 }, function(k, a)
  local id, seq, chat, office = ARGV[a + 2], tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4]), ARGV[a + 5]
  local slot, places, until_ms = ARGV[a + 6], tonumber(ARGV[a + 7]), tonumber(ARGV[a + 8])
  local closes, seemed = tonumber(ARGV[a + 9]), ARGV[a + 10]
  local ref = { office = office, id = id }

  local record = read(KEYS[k + 1])
  if record and seq <= record[SEQ] then
    return 'superseded'
  end
  if record and not allowed(letters, record) then
    tell(hop, shards, chat, { kind = 'refused', booking = ref, job = 'hold' })
    return 'refused'
  end

  local held = record and record[STATE] == 'H' and record[PLACES][1] or nil
  local own, old_quota = 0, nil
  if held and held[SLOT] == slot then
    own = held[COUNT]
  elseif held then
    local month = month_of(held[SLOT])
    if month == month_of(slot) then
      old_quota = KEYS[k + 2]
    elseif seemed ~= '' and month == month_of(seemed) then
      old_quota = KEYS[k + 3]
    else
      return 'moved'
    end
  end
  -- Asking for no more than it has is granted even where capacity was cut meanwhile: nobody is evicted.
  if now >= closes or (places > own and left(KEYS[k + 2], slot) < places - own) then
    tell(hop, shards, chat, { kind = 'full', booking = ref, slot = slot, kept = held and held[SLOT] or nil })
    return 'full'
  end

  take(KEYS[k + 2], slot, places - own)
  if old_quota then
    take(old_quota, held[SLOT], -held[COUNT])
  end
  if not record then
    record = { 1, 'H', seq, chat, office, {}, 0, '', 0, 0, '', 0, now, now }
  end
  record[STATE], record[SEQ], record[CHAT], record[OFFICE] = 'H', seq, chat, office
  record[PLACES], record[DUE] = { { slot, places } }, until_ms
  redis.call('ZADD', due, until_ms, id)
  save(KEYS[k + 1], journal, id, record, 'hold', now)
  tell(hop, shards, chat, { kind = 'held', booking = ref, slot = slot, ['until'] = until_ms })
  return 'held'
end)
