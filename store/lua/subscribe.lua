-- subscribe: enters a chat into the list of those who want to hear of an office's openings, or takes it off.
-- KEYS head · per job: 1 subscribers
-- ARGV head · per job: 1 entry, 2 office, 3 chat, 4 `on` or `off`
-- Returns subscribed | unsubscribed | stale
-- Safe twice because: a set has each member once.
local hop = KEYS[2]
local shards = tonumber(ARGV[5])

return batch({ head_keys = 5, head_args = 5, keys = 1, args = 4 }, function(k, a)
  local office, chat, on = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4] == 'on'
  if on then
    -- The chat is its own score: a broadcast walks the list by it, whoever joins meanwhile.
    redis.call('ZADD', KEYS[k + 1], chat, chat)
  else
    redis.call('ZREM', KEYS[k + 1], chat)
  end
  tell(hop, shards, tonumber(chat), { kind = 'subscribed', office = office, on = on })
  return on and 'subscribed' or 'unsubscribed'
end)
