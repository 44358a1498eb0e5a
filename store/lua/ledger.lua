-- What the ledger's scripts share. Assembled behind prelude.lua, which offers `fence` and `settle`.
--
-- Head of every script that takes jobs:
--   KEYS 1 jobs stream · 2 hop · 3 journal · 4 due · 5 delay, then what the script's own header says
--   ARGV 1 group · 2 consumer · 3 now_ms · 4 number of jobs · 5 shards, then likewise
-- Each job's arguments begin with its stream entry, or '' where the clock asks: nothing to fence, nothing to settle.
-- Behind all jobs: how many entries the consumer has in hand, 0 where it does not know.

-- A booking's record is one packed array without nils; store/src/ledger/record.rs reads the same.
local VERSION, STATE, SEQ, CHAT, OFFICE, PLACES, DUE = 1, 2, 3, 4, 5, 6, 7
local CODE, AMOUNT, PAID, PAYMENT, MOVES, CREATED, CHANGED = 8, 9, 10, 11, 12, 13, 14

-- A place of a record: the slot, and how many. There is a list of them from the start, with one entry so far.
local SLOT, COUNT = 1, 2

-- Words that leave the job in its stream: the caller comes again with better keys.
local UNSETTLED = { moved = true, taken = true }

-- Thrown by `read`, which comes before anything is written. A batch catches it for the one job it is about.
local UNREADABLE = 'UNREADABLE a record is of another release, or damaged'

-- Whole numbers beyond 14 digits (chat ids) must not pass through tostring. `%.0f` would do as well, and costs a
-- microsecond: it prints by way of big numbers.
local function digits(number)
  return string.format('%d', number)
end

local function read(key)
  local packed = redis.call('GET', key)
  if not packed then
    return nil
  end
  local whole, record = pcall(cmsgpack.unpack, packed)
  if not whole or type(record) ~= 'table' or record[VERSION] ~= 1 then
    error(UNREADABLE, 0)
  end
  return record
end

-- A month's counts are one string: for each hour of each day three numbers of four bytes, the capacity plus one
-- (0: never opened), what is taken, what is withheld. It is read once a batch, and what a batch took or gave back is
-- written once: in a stampede a whole batch wants the same hour.
local HOUR_BYTES, TAKEN_BIT = 12, 32
local months, takings = {}, {}

-- Where the counts of a slot are within its month, in bytes.
local function hour_of(slot)
  local day, hour = string.match(slot, '%-(%d%d):(%d%d):')
  return ((day - 1) * 24 + hour) * HOUR_BYTES
end

-- Capacity, taken and withheld at `at`; no capacity where nothing was ever opened.
local function counts(quota, at)
  local month = months[quota]
  if not month then
    month = redis.call('GET', quota) or ''
    months[quota], takings[quota] = month, {}
  end
  if #month < at + HOUR_BYTES then
    return 0, takings[quota][at] or 0, 0
  end
  local capacity, taken, withheld = struct.unpack('>I4I4I4', month, at + 1)
  return math.max(capacity - 1, 0), takings[quota][at] or taken, withheld
end

-- What is left at `at`. Negative where capacity was cut below what is taken.
local function left_at(quota, at)
  local capacity, taken, withheld = counts(quota, at)
  return capacity - taken - withheld
end

-- Takes `count` places at `at`; a negative count gives them back.
local function take_at(quota, at, count)
  local _, taken = counts(quota, at)
  -- Never below nothing: were it so, the audit's recount would show it.
  takings[quota][at] = math.max(taken + count, 0)
end

-- Writes what was taken, a month by one command.
local function write_takings()
  for quota, hours in pairs(takings) do
    local sets = {}
    for at, taken in pairs(hours) do
      local n = #sets
      sets[n + 1], sets[n + 2], sets[n + 3], sets[n + 4] = 'SET', 'u32', digits(at * 8 + TAKEN_BIT), digits(taken)
    end
    if #sets > 0 then
      redis.call('BITFIELD', quota, unpack(sets))
    end
  end
end

-- Judges each job alone, settles all that were judged with one call, and answers one word per job.
-- `shape`: head_keys, head_args, keys and args per job. `judge(k, a)`: the job's own are KEYS[k + 1 …], ARGV[a + 1 …].
-- `commit`, where there is one, writes what judging only noted; it says false where nothing of it holds after all.
local function batch(shape, judge, commit)
  local entries, jobs = {}, tonumber(ARGV[4])
  for job = 1, jobs do
    entries[job] = ARGV[shape.head_args + (job - 1) * shape.args + 1]
  end
  local mine, last = fence(KEYS[1], ARGV[1], ARGV[2], entries, ARGV[#ARGV])
  local words, judged = {}, {}
  for job = 1, jobs do
    local entry = entries[job]
    if entry ~= '' and not mine[entry] then
      words[job] = 'stale'
    else
      -- A record that cannot be read breaks its own job, not those beside it.
      local sound, word = pcall(judge, shape.head_keys + (job - 1) * shape.keys, shape.head_args + (job - 1) * shape.args)
      if sound then
        words[job] = word
        if entry ~= '' and not UNSETTLED[word] then
          judged[#judged + 1] = entry
        end
      elseif word == UNREADABLE then
        words[job] = 'unreadable'
      else
        words[job] = 'broken ' .. (type(word) == 'table' and word.err or tostring(word))
      end
    end
  end
  if commit and not commit() then
    for job = 1, jobs do
      words[job] = 'moved'
    end
    return words
  end
  write_takings()
  if last and #judged == jobs then
    settle_up_to(KEYS[1], ARGV[1], judged, last)
  else
    settle(KEYS[1], ARGV[1], judged)
  end
  return words
end

-- Writes one event behind the last. Gapless, because it is written in the script that makes the change. `now` is a
-- string: of a number, Redis would print all 17 digits each time.
local journal_last
local function chronicle(journal, word, now, ...)
  if not journal_last then
    local tail = redis.call('XREVRANGE', journal, '+', '-', 'COUNT', 1)[1]
    journal_last = tail and tonumber(string.match(tail[1], '^%d+')) or 0
  end
  journal_last = journal_last + 1
  redis.call('XADD', journal, string.format('%d-0', journal_last), 'e', word, 't', now, ...)
end

-- Stores a changed record together with its event: no record changes without one, and the event carries its image.
local function save(key, journal, id, record, word, now, ...)
  record[CHANGED] = now
  local packed = cmsgpack.pack(record)
  redis.call('SET', key, packed)
  chronicle(journal, word, digits(now), 'b', id, 'r', packed, ...)
end

-- Sends an outcome towards a chat's mailbox.
local function tell(hop, shards, chat, outcome)
  outcome.v = 1
  local to = 'c' .. digits(chat % shards) .. ':mail:' .. digits(chat)
  redis.call('XADD', hop, '*', 't', to, 'p', 'o' .. cjson.encode(outcome))
end

-- The month a slot's counts are kept in.
local function month_of(slot)
  local office, month, class = string.match(slot, '^(%w+):(%d+%-%d+)%-%d+:%d+:(%l+)$')
  return office .. ':' .. class .. ':' .. month
end

local function left(quota, slot)
  return left_at(quota, hour_of(slot))
end

local function take(quota, slot, count)
  if count ~= 0 then
    take_at(quota, hour_of(slot), count)
  end
end

local function allowed(letters, record)
  return string.find(letters, record[STATE], 1, true) ~= nil
end
