-- mend_loss: closes a loss: what the bank knew of it is recorded again, and expiry goes on.
-- KEYS 1 loss, 2 journal
-- ARGV 1 digest of the event that was gone, 2 now_ms, 3 how many payments were found
-- Returns mended | other
-- Safe twice because: a loss is closed once; another is not this one.
if redis.call('HGET', KEYS[1], 'digest') ~= ARGV[1] then
  return 'other'
end
if redis.call('HEXISTS', KEYS[1], 'mended') == 0 then
  redis.call('HSET', KEYS[1], 'mended', ARGV[2])
  local loss = redis.call('HMGET', KEYS[1], 'seq', 'last')
  chronicle(KEYS[2], 'loss', ARGV[2], 's', loss[1], 'l', loss[2], 'f', ARGV[3])
end
return 'mended'
