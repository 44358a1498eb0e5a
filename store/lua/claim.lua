-- claim: binds an id to what it stands for, over all shards.
-- KEYS 1 the id's key
-- ARGV 1 what it stands for, 2 for how long it is remembered, in ms; 0 for good
-- Returns ours | taken
-- Safe twice because: whoever asks with the same meaning is answered ours.
local found = redis.call('GET', KEYS[1])
if found then
  return found == ARGV[1] and 'ours' or 'taken'
end
if ARGV[2] == '0' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 'ours'
