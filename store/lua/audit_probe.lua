-- audit_probe: what several keys hold at one moment, with the journal's last event at that moment.
-- KEYS 1 journal, then one per question
-- ARGV per question: `text` (a string), `hash`, or `score:<member>` (of a sorted set)
-- Returns {the last event's id or '', the answers in order}; what is absent is ''
-- Safe twice because: it only reads.
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local answers = { tail and tail[1] or '' }
for at, question in ipairs(ARGV) do
  local key = KEYS[at + 1]
  if question == 'hash' then
    answers[at + 1] = redis.call('HGETALL', key)
  elseif question == 'text' then
    answers[at + 1] = redis.call('GET', key) or ''
  else
    answers[at + 1] = redis.call('ZSCORE', key, string.sub(question, 7)) or ''
  end
end
return answers
