-- Takes hops from another tag into chats' mailboxes, in order.
--
-- KEYS 1 marks · 2 ready · 3 ready ids · then per hop: inbox
-- ARGV 1 source tag · then per hop: hop id · chat · mail
-- Returns how many were new
-- Safe twice, and with two relays at once, because the mark per source ignores what is not beyond it.

local mark = redis.call('HGET', KEYS[1], ARGV[1]) or '0-0'
local new = 0
for n = 4, #KEYS do
  local at = (n - 4) * 3 + 1
  local id, chat, item = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if beyond(id, mark) then
    redis.call('RPUSH', KEYS[n], item)
    make_ready(KEYS[2], KEYS[3], chat)
    mark, new = id, new + 1
  end
end
redis.call('HSET', KEYS[1], ARGV[1], mark)
return new
