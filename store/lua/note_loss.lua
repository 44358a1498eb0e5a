-- note_loss: writes down that a journal lost events it had acknowledged, and until when expiry rests at most.
-- KEYS 1 loss
-- ARGV 1 digest of the event that is gone, 2 its number, 3 when it was, in ms, 4 the number of the journal's last event,
--      5 until when expiry rests, in ms
-- Returns new | open | mended
-- Safe twice because: a loss is known by the digest of what is gone.
if redis.call('HGET', KEYS[1], 'digest') == ARGV[1] then
  return redis.call('HEXISTS', KEYS[1], 'mended') == 1 and 'mended' or 'open'
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'digest', ARGV[1], 'seq', ARGV[2], 'at', ARGV[3], 'last', ARGV[4], 'rests_until', ARGV[5])
return 'new'
