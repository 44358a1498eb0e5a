-- hold: takes places in a slot for a booking nobody has heard of. The one script a stampede calls: its caller has packed the
-- record and looked up where the counts are, and the records, deadlines and counts of a batch are written by one command each.
-- KEYS head · per job: 1 booking, 2 quota of the slot
-- ARGV head · per job: 1 entry, 2 id, 3 where its chat is, as a hop says it, 4 where the counts are, or '' when the slot is
--      bookable no more, 5 places, 6 until_ms, 7 the record, packed, 8 the outcome `held` as it goes to the mailbox
-- Returns held | full | moved (one of them is known: all go to rehold) | stale
-- Safe twice because: settled in the same step, and records are written only where there is none. The caller names no
-- booking twice in one call.
local hop, journal, due, now = KEYS[2], KEYS[3], KEYS[4], ARGV[3]
local records, deadlines = {}, {}
-- Where the judged jobs are in ARGV, in order; which of them found no room, and their bookings.
local judged, full, unheld = {}, {}, {}

local function judge(k, a)
  local at, places = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
  judged[#judged + 1] = a
  if not at or left_at(KEYS[k + 2], at) < places then
    full[a], unheld[#unheld + 1] = true, KEYS[k + 1]
    return 'full'
  end
  take_at(KEYS[k + 2], at, places)
  local n = #records
  records[n + 1], records[n + 2] = KEYS[k + 1], ARGV[a + 7]
  deadlines[n + 1], deadlines[n + 2] = ARGV[a + 6], ARGV[a + 2]
  return 'held'
end

return batch({ head_keys = 5, head_args = 5, keys = 2, args = 8 }, judge, function()
  if #unheld > 0 and redis.call('EXISTS', unpack(unheld)) > 0 then
    return false
  end
  if #records > 0 then
    if redis.call('MSETNX', unpack(records)) == 0 then
      return false
    end
    redis.call('ZADD', due, unpack(deadlines))
  end
  for _, a in ipairs(judged) do
    local outcome = ARGV[a + 8]
    if full[a] then
      outcome = 'o{"v":1,"kind":"full",' .. string.match(outcome, '("booking":.*),"until"') .. '}'
    else
      chronicle(journal, 'hold', now, 'b', ARGV[a + 2], 'r', ARGV[a + 7])
    end
    redis.call('XADD', hop, '*', 't', ARGV[a + 3], 'p', outcome)
  end
  return true
end)
