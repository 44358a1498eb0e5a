-- Takes updates into their chats' mailboxes. Durable when it returns; only then the sender is told.
--
-- KEYS 1 ready · 2 ready ids · 3 seen today · 4 seen yesterday · then per update: inbox
-- ARGV then per update: update id · chat · mail ('u' + sealed update)
-- Returns per update: new | repeated
-- Safe twice because an update id is taken in once in two days. Never "greater than the last": ids restart.

local words = {}
for n = 5, #KEYS do
  local at = (n - 5) * 3
  local update, chat, item = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if redis.call('SISMEMBER', KEYS[4], update) == 1 or redis.call('SADD', KEYS[3], update) == 0 then
    words[#words + 1] = 'repeated'
  else
    redis.call('RPUSH', KEYS[n], item)
    make_ready(KEYS[1], KEYS[2], chat)
    words[#words + 1] = 'new'
  end
end
redis.call('EXPIRE', KEYS[3], 2 * 24 * 3600)
return words
