-- Parks the head of a mailbox as a dead letter and goes on with the rest: never the chat, only the message.
--
-- KEYS 1 ready stream · 2 its ids · 3 mailbox · 4 dead · 5 alone
-- ARGV 1 group · 2 consumer · 3 entry · 4 chat · 5 kind (mail, show) · 6 reason · 7 now_ms · 8 alone field
-- Returns done | stale
-- Safe twice because the entry is settled in here.

local group, consumer, entry, chat = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if not visits(KEYS[1], group, consumer, entry, KEYS[2], chat) then
  return 'stale'
end

local head = redis.call('LINDEX', KEYS[3], 0)
if head then
  -- Written before it is taken off: were the script cut short, it would be there twice rather than not at all.
  redis.call('XADD', KEYS[4], '*', 'k', ARGV[5], 'w', chat, 'a', 0, 'p', head, 'r', ARGV[6], 't', ARGV[7])
  redis.call('LPOP', KEYS[3])
end
headway(KEYS[5], ARGV[8], leave_mailbox(KEYS[1], group, entry, KEYS[2], chat, KEYS[3]))
return 'done'
