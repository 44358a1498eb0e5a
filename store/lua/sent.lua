-- Takes sent shows off an outbox, remembers what send has to remember, settles. `until` ahead: the chat sleeps.
--
-- KEYS 1 outready · 2 outready ids · 3 outbox · 4 live · 5 snooze · 6 alone
-- ARGV 1 group · 2 consumer · 3 entry · 4 chat · 5 shows taken · 6 live · 7 until_ms or 0 · 8 alone field
-- Returns more | empty | snoozed | stale
-- Safe twice because the entry is settled in here.

local group, consumer, entry, chat, until_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[7])
if not visits(KEYS[1], group, consumer, entry, KEYS[2], chat) then
  return 'stale'
end

redis.call('LTRIM', KEYS[3], ARGV[5], -1)
redis.call('SET', KEYS[4], ARGV[6])
local word = 'snoozed'
if until_ms > 0 and redis.call('EXISTS', KEYS[3]) == 1 then
  settle(KEYS[1], group, { entry })
  redis.call('HSET', KEYS[2], chat, 'snoozed')
  redis.call('ZADD', KEYS[5], until_ms, chat)
else
  word = leave_mailbox(KEYS[1], group, entry, KEYS[2], chat, KEYS[3])
end
headway(KEYS[6], ARGV[8], word)
return word
