-- hold: takes places in a slot for a booking nobody has heard of. The one script a stampede calls: its caller has packed the
-- record and looked up where the counts are, and the records, deadlines and counts of a batch are written by one command each.
-- KEYS head · per job: 1 booking, 2 quota of the slot
-- ARGV head · per job: 1 entry, 2 id, 3 where its chat is, as a hop says it, 4 where the counts are, or '' when the slot is
--      bookable no more, 5 places, 6 until_ms, 7 the record, packed, 8 the outcome `held` as it goes to the mailbox
-- Returns held | full | moved (one of them is known: all go to rehold) | stale
-- Safe twice because: settled in the same step, and records are written only where there is none. The caller names no
-- booking twice in one call.
local hop, journal, due, now = KEYS[2], KEYS[3], KEYS[4], ARGV[3]
local records, deadlines, held, full = {}, {}, {}, {}

local function judge(k, a)
  local at, places = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
  if not at or left_at(KEYS[k + 2], at) < places then
    full[#full + 1] = a
    return 'full'
  end
  take_at(KEYS[k + 2], at, places)
  local n = #held + 1
  held[n] = a
  records[2 * n - 1], records[2 * n] = KEYS[k + 1], ARGV[a + 7]
  deadlines[2 * n - 1], deadlines[2 * n] = ARGV[a + 6], ARGV[a + 2]
  return 'held'
end

local function inform(a, outcome)
  redis.call('XADD', hop, '*', 't', ARGV[a + 3], 'p', outcome)
end

return batch({ head_keys = 5, head_args = 5, keys = 2, args = 8 }, judge, function()
  if #held > 0 then
    if redis.call('MSETNX', unpack(records)) == 0 then
      return false
    end
    redis.call('ZADD', due, unpack(deadlines))
  end
  for _, a in ipairs(held) do
    chronicle(journal, 'hold', now, 'b', ARGV[a + 2], 'r', ARGV[a + 7])
    inform(a, ARGV[a + 8])
  end
  for _, a in ipairs(full) do
    inform(a, 'o{"v":1,"kind":"full",' .. string.match(ARGV[a + 8], '("booking":.*),"until"') .. '}')
  end
  return true
end)
