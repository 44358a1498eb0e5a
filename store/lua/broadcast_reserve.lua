-- broadcast_reserve: takes sends out of the stream before they are sent: what is lost after this is counted as
-- unknown and never sent again, so that nobody gets a broadcast twice.
-- KEYS 1 bulk stream · per send: 1 broadcast
-- ARGV per send: 1 entry
-- Returns per send: reserved | stale (somebody else reserved it)
-- Safe twice because: an entry can be deleted once.
local words = {}
for send, entry in ipairs(ARGV) do
  if redis.call('XDEL', KEYS[1], entry) == 1 then
    redis.call('HINCRBY', KEYS[1 + send], 'reserved', 1)
    words[send] = 'reserved'
  else
    words[send] = 'stale'
  end
end
return words
