//! The ledger's scripts. Those that free places, and what follows from a payment that is recorded, run even when memory is
//! full. To record another one is not among them: the bank keeps it, and repeats it, as long as it is answered 503.

use crate::scripts::scripts;

scripts! {
    with ["prelude", "ledger"];
    HOLD = "hold";
    REHOLD = "rehold";
    RELEASE = "release", "allow-oom";
    BILL = "bill";
    CANCEL = "cancel", "allow-oom";
    EXPIRE = "expire", "allow-oom";
    ACCEPT_PAYMENT = "accept_payment";
    SETTLE = "settle", "allow-oom";
    RESCHEDULE = "reschedule";
    REMIND = "remind", "allow-oom";
    SUBSCRIBE = "subscribe";
    OPEN_QUOTA = "open_quota";
    NOTE_LOSS = "note_loss", "allow-oom";
    MEND_LOSS = "mend_loss", "allow-oom";
    BROADCAST_CREATE = "broadcast_create";
    BROADCAST_WALK = "broadcast_walk";
    BROADCAST_RESERVE = "broadcast_reserve", "allow-oom";
    BROADCAST_MARK = "broadcast_mark", "allow-oom";
    AUDIT_PROBE = "audit_probe", "no-writes";
}
