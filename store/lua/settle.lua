-- settle: applies a recorded payment to its booking, whatever became of that meanwhile. Money is never lost:
-- what cannot be applied becomes a refund case.
-- KEYS head, 6 refunds · per job: 1 booking, 2 quota of the slot it seemed to have, 3 bill of the code it seemed to have, 4 payment
-- ARGV head, 6 letters of the states money in time may start from, 7 likewise for late money · per job: 1 entry, 2 id,
--      3 payment id, 4 the slot it seemed to have, 5 the code it seemed to have, 6 when the slot begins,
--      7 when to recall the appointment, 8 that reminder as a member of delay
-- Returns paid | restored | refunded | again | repeated | unknown | moved | stale
-- Safe twice because: a payment is applied only while it says `unsettled`.
local hop, journal, due, delay, refunds = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local now, shards, in_time, late = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6], ARGV[7]

return batch({ head_keys = 6, head_args = 7, keys = 4, args = 8 }, function(k, a)
  local id, payment, seemed_slot, seemed_code = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local starts, eve_at, eve = tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7]), ARGV[a + 8]

  local record = read(KEYS[k + 1])
  local money = redis.call('HMGET', KEYS[k + 4], 'state', 'amount', 'at')
  if not record or not money[1] then
    return 'unknown'
  end
  if money[1] ~= 'unsettled' then
    return 'repeated'
  end
  local place = record[PLACES][1]
  if place[SLOT] ~= seemed_slot or record[CODE] ~= seemed_code then
    return 'moved'
  end
  local ref, chat, amount, at = { office = record[OFFICE], id = id }, record[CHAT], tonumber(money[2]), tonumber(money[3])

  local function refund(again)
    redis.call('HSET', KEYS[k + 4], 'state', 'refund')
    redis.call('HSET', refunds, payment, cmsgpack.pack({ 1, record[OFFICE], id, record[CODE], amount, at, again and 1 or 0 }))
    tell(hop, shards, chat, { kind = 'refund-due', booking = ref, amount = amount, again = again })
  end
  local function pay(word, was_late)
    redis.call('HSET', KEYS[k + 4], 'state', 'applied')
    redis.call('DEL', KEYS[k + 3])
    redis.call('ZREM', due, id)
    if eve_at > now then
      redis.call('ZADD', delay, eve_at, eve)
    end
    record[STATE], record[DUE], record[PAID], record[PAYMENT] = 'P', 0, at, payment
    save(KEYS[k + 1], journal, id, record, word, now, 'p', payment)
    tell(hop, shards, chat, { kind = 'paid', booking = ref, slot = place[SLOT], late = was_late })
  end

  if allowed(in_time, record) then
    pay('pay', false)
    return 'paid'
  end
  if not allowed(late, record) then
    -- Paid already, or already to be paid back: a second payment changes nothing but the list of refunds.
    refund(true)
    chronicle(journal, 'again', digits(now), 'b', id, 'p', payment)
    return 'again'
  end
  -- A place whose hour has come is no place any more.
  if now < starts and left(KEYS[k + 2], place[SLOT]) >= place[COUNT] then
    take(KEYS[k + 2], place[SLOT], place[COUNT])
    pay('restore', true)
    return 'restored'
  end
  record[STATE], record[PAID], record[PAYMENT] = 'F', at, payment
  save(KEYS[k + 1], journal, id, record, 'refund', now, 'p', payment)
  refund(false)
  return 'refunded'
end)
