-- hold: takes places in a slot for a booking nobody has heard of. The one script a stampede calls: its caller has packed the
-- record and looked up where the counts are, and the records and deadlines of a batch are written by one command each.
-- KEYS head · per job: 1 booking, 2 quota of the slot
-- ARGV head · per job: 1 entry, 2 id, 3 chat, 4 its tag, 5 where the counts are, or '' when the slot is bookable no more,
--      6 places, 7 until_ms, 8 the record, packed, 9 the outcome `held` as it goes to the mailbox
-- Returns held | full | moved (the booking is known: rehold) | stale
-- Safe twice because: settled in the same step, and a known booking is left alone.
local hop, journal, due = KEYS[2], KEYS[3], KEYS[4]
local call, now = redis.call, ARGV[3]
local records, deadlines, known = {}, {}, {}

-- As a rule nothing is known of any of them, and one look says so.
local bookings = {}
for key = 6, #KEYS, 2 do
  bookings[#bookings + 1] = KEYS[key]
end
if call('EXISTS', unpack(bookings)) > 0 then
  for _, booking in ipairs(bookings) do
    known[booking] = call('EXISTS', booking) == 1
  end
end

local words = batch({ head_keys = 5, head_args = 5, keys = 2, args = 9 }, function(k, a)
  local booking, quota = KEYS[k + 1], KEYS[k + 2]
  if known[booking] then
    return 'moved'
  end
  local id, chat, tag, at = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local places, until_ms, packed, held = tonumber(ARGV[a + 6]), ARGV[a + 7], ARGV[a + 8], ARGV[a + 9]

  local capacity, taken, withheld = 0, 0, 0
  if at ~= '' then
    capacity, taken, withheld = counts(quota, at)
  end
  if capacity - taken - withheld < places then
    local about = string.match(held, '("booking":.*),"until"')
    call('XADD', hop, '*', 't', tag, 'k', 'mail', 'w', chat, 'p', 'o{"v":1,"kind":"full",' .. about .. '}')
    return 'full'
  end
  set_counts(quota, at, capacity, taken + places, withheld)
  known[booking] = true
  records[#records + 1], records[#records + 2] = booking, packed
  deadlines[#deadlines + 1], deadlines[#deadlines + 2] = until_ms, id
  chronicle(journal, 'hold', now, 'b', id, 'r', packed)
  call('XADD', hop, '*', 't', tag, 'k', 'mail', 'w', chat, 'p', held)
  return 'held'
end)
if #records > 0 then
  call('MSET', unpack(records))
  call('ZADD', due, unpack(deadlines))
end
return words
