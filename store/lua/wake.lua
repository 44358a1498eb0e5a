-- Wakes outboxes whose snooze is over.
--
-- KEYS 1 snooze · 2 outready · 3 outready ids
-- ARGV 1 now_ms · 2 most
-- Returns how many
-- Safe twice because a chat is woken only while it sleeps.

local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, chat in ipairs(due) do
  redis.call('ZREM', KEYS[1], chat)
  if redis.call('HGET', KEYS[3], chat) == 'snoozed' then
    redis.call('HSET', KEYS[3], chat, redis.call('XADD', KEYS[2], '*', 'c', chat))
  end
end
return #due
