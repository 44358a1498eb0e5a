-- release: gives a held place back, because the person went back or because the hold ran out.
-- KEYS head · per job: 1 booking, 2 quota of the slot it seemed to hold
-- ARGV head, 6 letters of the states a release may start from · per job: 1 entry ('': the clock asks), 2 id,
--      3 seq (0: the clock asks), 4 the slot it seemed to hold
-- Returns released | early | void | superseded | refused | unknown | moved | stale
-- Safe twice because: what is released holds nothing any more.
local hop, journal, due = KEYS[2], KEYS[3], KEYS[4]
local now, shards, letters = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]

return batch({ head_keys = 5, head_args = 6, keys = 2, args = 4 }, function(k, a)
  local id, seq, seemed = ARGV[a + 2], tonumber(ARGV[a + 3]), ARGV[a + 4]
  local by_clock = seq == 0

  local record = read(KEYS[k + 1])
  if not record then
    return 'unknown'
  end
  if not by_clock and seq <= record[SEQ] then
    return 'superseded'
  end
  local ref = { office = record[OFFICE], id = id }
  if not allowed(letters, record) then
    -- The clock was faster: the person was told then.
    if by_clock or record[STATE] == 'R' then
      return 'void'
    end
    tell(hop, shards, record[CHAT], { kind = 'refused', booking = ref, job = 'release' })
    return 'refused'
  end
  if by_clock and now < record[DUE] then
    return 'early'
  end
  local place = record[PLACES][1]
  if place[SLOT] ~= seemed then
    return 'moved'
  end

  take(KEYS[k + 2], place[SLOT], -place[COUNT])
  redis.call('ZREM', due, id)
  record[STATE], record[DUE] = 'R', 0
  if not by_clock then
    record[SEQ] = seq
  end
  save(KEYS[k + 1], journal, id, record, 'release', now)
  if by_clock then
    tell(hop, shards, record[CHAT], { kind = 'hold-over', booking = ref })
  end
  return 'released'
end)
