-- Restores lost ready entries: a mailbox that is not empty and whose entry is gone from the stream is deaf.
--
-- KEYS 1 ready stream · 2 its ids · 3 snooze (inbound: the stream again) · then per chat: mailbox
-- ARGV per chat: chat · the entry it was seen with
-- Returns how many were restored
-- Safe twice because it looks again before it acts.

local restored = 0
for n = 4, #KEYS do
  local at = (n - 4) * 2
  local chat, entry = ARGV[at + 1], ARGV[at + 2]
  local sound = true
  if redis.call('HGET', KEYS[2], chat) == entry then
    if entry == 'snoozed' then
      sound = redis.call('ZSCORE', KEYS[3], chat)
    else
      sound = #redis.call('XRANGE', KEYS[1], entry, entry) > 0
    end
  end
  if not sound then
    redis.call('HDEL', KEYS[2], chat)
    if redis.call('EXISTS', KEYS[n]) == 1 then
      make_ready(KEYS[1], KEYS[2], chat)
      restored = restored + 1
    end
  end
end
return restored
