-- broadcast_mark: notes what became of a reserved send.
-- KEYS 1 broadcast, 2 subscribers, 3 bulk stream
-- ARGV 1 broadcast id, 2 chat, 3 sent | blocked | failed | unknown | later (known not to be delivered: put back)
-- Returns marked
-- Not safe twice, and never run twice: its caller does not repeat it; a lost mark shows as unknown.
if ARGV[3] == 'later' then
  redis.call('XADD', KEYS[3], '*', 'b', ARGV[1], 'c', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'reserved', -1)
  return 'marked'
end
redis.call('HINCRBY', KEYS[1], ARGV[3], 1)
if ARGV[3] == 'blocked' then
  redis.call('ZREM', KEYS[2], ARGV[2])
end
return 'marked'
