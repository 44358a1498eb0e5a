-- What every script begins with. It only defines; nothing runs before a script's own first line.

-- Whether `id` and exactly `in_hand` entries are pending for `consumer`. Then nothing was taken from it: a name never has
-- entries of two batches (store/src/reader.rs), so `id` tells that the call is about the batch in hand, not one that was
-- settled long ago and asks again after a long way, and the number tells that it is whole. Second: whether `id` is the
-- oldest entry anybody has in hand.
local function has_all(stream, group, consumer, in_hand, id)
  if not redis.call('XPENDING', stream, group, id, id, 1, consumer)[1] then
    return false, false
  end
  local summary = redis.call('XPENDING', stream, group)
  for _, pending in ipairs(summary[4]) do
    if pending[1] == consumer then
      return pending[2] == in_hand, summary[2] == id
    end
  end
  return false, false
end

-- Which of `ids` are still pending on `stream` for `consumer`: a set. One range query fences a whole batch, or, where
-- the consumer says how many it has in hand, a summary that is as long as there are readers. XACK alone would not do: it
-- never asks who the owner is. Second, where it is so: the last of `ids`, when with them the consumer has all it has in
-- hand and nobody has anything older.
local function fence(stream, group, consumer, ids, in_hand)
  local low, high
  for _, id in ipairs(ids) do
    if id ~= '' then
      low, high = low or id, id
    end
  end
  local mine, all, oldest = {}, false, false
  if low and in_hand and in_hand ~= '0' then
    all, oldest = has_all(stream, group, consumer, in_hand, low)
  end
  if all then
    for _, id in ipairs(ids) do
      mine[id] = true
    end
    return mine, oldest and #ids == tonumber(in_hand) and high or nil
  end
  if low then
    -- A reader has one batch in flight, at most 256 entries; 1000 leaves room for what it once left behind.
    for _, entry in ipairs(redis.call('XPENDING', stream, group, low, high, 1000, consumer)) do
      mine[entry[1]] = true
    end
  end
  return mine
end

-- Takes `ids` off `stream` for good. In the same script as their effect: an effect happens once.
local function settle(stream, group, ids)
  if #ids > 0 then
    redis.call('XACK', stream, group, unpack(ids))
    -- Deleting what is settled keeps XLEN equal to the depth, and needs no MAXLEN, which drops pending entries.
    redis.call('XDEL', stream, unpack(ids))
  end
end

-- The same for `ids` that are all there is on `stream` up to `last`: what was read before them is settled, and so deleted.
-- Cutting the stream behind them costs a fraction of deleting each.
local function settle_up_to(stream, group, ids, last)
  redis.call('XACK', stream, group, unpack(ids))
  local ms, n = string.match(last, '^(%d+)-(%d+)$')
  redis.call('XTRIM', stream, 'MINID', string.format('%s-%d', ms, n + 1))
end

-- Gives `chat` an entry on `stream` unless it has one (or sleeps): a mailbox is ready while it is not empty.
local function make_ready(stream, ids, chat)
  if not redis.call('HGET', ids, chat) then
    redis.call('HSET', ids, chat, redis.call('XADD', stream, '*', 'c', chat))
  end
end

-- After a visit: settles the visited entry and gives the mailbox a new one while something is left in it.
local function leave_mailbox(stream, group, entry, ids, chat, list)
  settle(stream, group, { entry })
  if redis.call('EXISTS', list) == 1 then
    redis.call('HSET', ids, chat, redis.call('XADD', stream, '*', 'c', chat))
    return 'more'
  end
  redis.call('HDEL', ids, chat)
  return 'empty'
end

-- Whether `entry` is this consumer's and the one the mailbox knows of. An own entry the mailbox does not know (two
-- entries for one chat, after a repair) is settled and counts as stale.
local function visits(stream, group, consumer, entry, ids, chat)
  if not fence(stream, group, consumer, { entry })[entry] then
    return false
  end
  if redis.call('HGET', ids, chat) ~= entry then
    settle(stream, group, { entry })
    return false
  end
  return true
end

-- Keeps the count of crashes in step with a mailbox that made headway. A chat that was reclaimed runs carefully, one
-- message at a time, until its mailbox is empty; each new head starts from zero.
local function headway(alone, field, left)
  if left == 'empty' then
    redis.call('HDEL', alone, field)
  elseif redis.call('HEXISTS', alone, field) == 1 then
    redis.call('HSET', alone, field, 0)
  end
end

-- Whether stream id `id` comes after `mark`. By their two numbers: as text, 9-0 would come after 10-0.
local function beyond(id, mark)
  local id_ms, id_n = string.match(id, '^(%d+)-(%d+)$')
  local mark_ms, mark_n = string.match(mark, '^(%d+)-(%d+)$')
  if id_ms ~= mark_ms then
    return tonumber(id_ms) > tonumber(mark_ms)
  end
  return tonumber(id_n) > tonumber(mark_n)
end

