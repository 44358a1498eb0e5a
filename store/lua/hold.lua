-- hold: takes places in a slot for a booking nobody has heard of. The one script a stampede calls: its caller has packed the
-- record and looked up where the counts are, and all deadlines of a batch are entered at once.
-- KEYS head, 6 bookings · per job: 1 booking, 2 quota of the slot
-- ARGV head · per job: 1 entry, 2 id, 3 chat, 4 its tag, 5 where the counts are, or '' when the slot is bookable no more,
--      6 places, 7 until_ms, 8 the record, packed, 9 what the outcome is about, as JSON without its braces
-- Returns held | full | moved (the booking is known: rehold) | stale
-- Safe twice because: settled in the same step, and a known booking is left alone.
local hop, journal, due, bookings = KEYS[2], KEYS[3], KEYS[4], KEYS[6]
local call, now = redis.call, ARGV[3]
local deadlines, listed = {}, {}

local words = batch({ head_keys = 6, head_args = 5, keys = 2, args = 9 }, function(k, a)
  local id, chat, tag, at = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local places, until_ms, packed, about = tonumber(ARGV[a + 6]), ARGV[a + 7], ARGV[a + 8], ARGV[a + 9]
  local booking, quota = KEYS[k + 1], KEYS[k + 2]

  local capacity, taken, withheld = 0, 0, 0
  if at ~= '' then
    capacity, taken, withheld = counts(quota, at)
  end
  if capacity - taken - withheld < places then
    if call('EXISTS', booking) == 1 then
      return 'moved'
    end
    call('XADD', hop, '*', 't', tag, 'k', 'mail', 'w', chat, 'p', 'o{"v":1,"kind":"full",' .. about .. '}')
    return 'full'
  end
  if not call('SET', booking, packed, 'NX') then
    return 'moved'
  end
  set_taken(quota, at, taken + places)
  deadlines[#deadlines + 1], deadlines[#deadlines + 2] = until_ms, id
  listed[#listed + 1], listed[#listed + 2] = now, id
  chronicle(journal, 'hold', now, 'b', id, 'r', packed)
  call('XADD', hop, '*', 't', tag, 'k', 'mail', 'w', chat, 'p', 'o{"v":1,"kind":"held",' .. about .. ',"until":' .. until_ms .. '}')
  return 'held'
end)
if #deadlines > 0 then
  call('ZADD', due, unpack(deadlines))
  call('ZADD', bookings, unpack(listed))
end
return words
