//! What the bodies say, read field by field so that the bank is told which one is wrong.

use antrean_domain::{BillingCode, PaymentId, Rupiah};
use serde_json::{Map, Value, json};

use super::answer::Refusal;

/// Characters of `partnerServiceId`: digits with spaces before them.
const PARTNER_SERVICE_LENGTH: usize = 8;
/// The standard's limits.
const CUSTOMER_NO_MAX: usize = 20;
const REQUEST_ID_MAX: usize = 128;
const ACCOUNT_NO_MAX: usize = PARTNER_SERVICE_LENGTH + CUSTOMER_NO_MAX;

/// Which bill is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    partner_service_id: String,
    customer_no: String,
}

/// `/transfer-va/inquiry`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inquiry {
    pub(super) account: Account,
    pub(super) request_id: String,
    /// What the person typed, at banks that let them.
    pub(super) amount: Option<Rupiah>,
}

/// `/transfer-va/payment`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Payment {
    pub(super) account: Account,
    pub(super) id: PaymentId,
    pub(super) amount: Rupiah,
    /// Who paid, as the bank writes it; given back as it came.
    pub(super) name: String,
}

impl Account {
    /// The billing code it names. `None`: no code of ours looks like this.
    pub(super) fn code(&self) -> Option<BillingCode> {
        self.customer_no.parse().ok()
    }

    /// The fields of an answer that repeat it.
    pub(super) fn echo(&self) -> Map<String, Value> {
        let fields = json!({
            "partnerServiceId": self.partner_service_id,
            "customerNo": self.customer_no,
            "virtualAccountNo": self.number(),
        });
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    pub(super) fn number(&self) -> String {
        format!("{}{}", self.partner_service_id, self.customer_no)
    }

    fn read(body: &Value) -> Result<Self, Refusal> {
        let partner_service_id = text(body, "/partnerServiceId", PARTNER_SERVICE_LENGTH)?.to_owned();
        let digits = partner_service_id.trim_start_matches(' ');
        if partner_service_id.len() != PARTNER_SERVICE_LENGTH || !is_digits(digits) {
            return Err(malformed("/partnerServiceId"));
        }
        let customer_no = text(body, "/customerNo", CUSTOMER_NO_MAX)?.to_owned();
        if !is_digits(&customer_no) {
            return Err(malformed("/customerNo"));
        }
        let account = Self { partner_service_id, customer_no };
        let number = text(body, "/virtualAccountNo", ACCOUNT_NO_MAX)?;
        if number == account.number() { Ok(account) } else { Err(malformed("/virtualAccountNo")) }
    }
}

impl Inquiry {
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body = object(body)?;
        let account = Account::read(&body)?;
        let request_id = text(&body, "/inquiryRequestId", REQUEST_ID_MAX)?.to_owned();
        let amount = body.get("amount").filter(|amount| !amount.is_null());
        let amount = amount.map(|_| money(&body, "/amount/value", "/amount/currency")).transpose()?;
        Ok(Self { account, request_id, amount })
    }
}

impl Payment {
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body = object(body)?;
        let account = Account::read(&body)?;
        let id = text(&body, "/paymentRequestId", REQUEST_ID_MAX)?.to_owned();
        let id = id.try_into().map_err(|_| malformed("/paymentRequestId"))?;
        let amount = money(&body, "/paidAmount/value", "/paidAmount/currency")?;
        let name = body.get("virtualAccountName").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { account, id, amount, name })
    }
}

/// Rupiah the way the standard writes them.
pub(super) fn snap_money(amount: Rupiah) -> Value {
    json!({ "value": amount.to_snap(), "currency": "IDR" })
}

/// `body` as a JSON object.
pub(super) fn object(body: &[u8]) -> Result<Value, Refusal> {
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) | Err(_) => Err(Refusal::BadRequest("body is no JSON object".to_owned())),
    }
}

/// The text at `pointer`, of 1 to `most` bytes.
pub(super) fn text<'a>(body: &'a Value, pointer: &str, most: usize) -> Result<&'a str, Refusal> {
    match body.pointer(pointer) {
        None | Some(Value::Null) => Err(Refusal::FieldMissing(name(pointer))),
        Some(Value::String(text)) if text.is_empty() => Err(Refusal::FieldMissing(name(pointer))),
        Some(Value::String(text)) if text.len() <= most => Ok(text),
        Some(_) => Err(malformed(pointer)),
    }
}

/// The refusal of what stands at `pointer`.
pub(super) fn malformed(pointer: &str) -> Refusal {
    Refusal::FieldFormat(name(pointer))
}

fn money(body: &Value, value: &str, currency: &str) -> Result<Rupiah, Refusal> {
    // Thirteen digits, a point and two zeros.
    let amount = Rupiah::from_snap(text(body, value, 16)?).map_err(|_| malformed(value))?;
    if text(body, currency, 3)? == "IDR" { Ok(amount) } else { Err(malformed(currency)) }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `/paidAmount/value` as the standard names it: `paidAmount.value`.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment() -> Value {
        json!({
            "partnerServiceId": "   12345",
            "customerNo": "800123456789012",
            "virtualAccountNo": "   12345800123456789012",
            "paymentRequestId": "pay-1",
            "paidAmount": { "value": "350000.00", "currency": "IDR" },
        })
    }

    #[track_caller]
    fn check(pointer: &str, value: Value, refusal: Refusal) {
        let mut body = payment();
        *body.pointer_mut(pointer).expect("a known field") = value;
        assert_eq!(Payment::read(body.to_string().as_bytes()), Err(refusal));
    }

    #[test]
    fn a_sound_payment_is_read() {
        let payment = Payment::read(payment().to_string().as_bytes()).expect("sound");
        assert_eq!(payment.amount, Rupiah(350_000));
        assert_eq!(payment.account.code().expect("a code").as_str(), "800123456789012");
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (pointer, value) in [
            ("/partnerServiceId", json!("12345")),
            ("/partnerServiceId", json!("        ")),
            ("/partnerServiceId", json!(12345)),
            ("/customerNo", json!("80012345678901x")),
            ("/virtualAccountNo", json!("12345800123456789012")),
            ("/paymentRequestId", json!("with space")),
            ("/paidAmount/value", json!("350000")),
            ("/paidAmount/value", json!("350000.50")),
            ("/paidAmount/value", json!(350_000)),
            ("/paidAmount/currency", json!("USD")),
        ] {
            check(pointer, value, malformed(pointer));
        }
    }

    #[test]
    fn each_missing_field_is_named() {
        for pointer in ["/partnerServiceId", "/customerNo", "/virtualAccountNo", "/paymentRequestId", "/paidAmount/value"] {
            check(pointer, Value::Null, Refusal::FieldMissing(name(pointer)));
            check(pointer, json!(""), Refusal::FieldMissing(name(pointer)));
        }
        check("/paidAmount", Value::Null, Refusal::FieldMissing("paidAmount.value".to_owned()));
    }

    #[test]
    fn a_number_that_is_no_code_of_ours_is_no_fault_of_the_body() {
        let mut body = payment();
        body["customerNo"] = json!("12");
        body["virtualAccountNo"] = json!("   1234512");
        let payment = Payment::read(body.to_string().as_bytes()).expect("sound");
        assert_eq!(payment.account.code(), None);
    }

    #[test]
    fn what_is_no_object_is_a_bad_request() {
        for body in ["", "[]", "\"text\"", "{", "{}x"] {
            assert!(matches!(Payment::read(body.as_bytes()), Err(Refusal::BadRequest(_))), "{body} passed");
        }
    }

    #[test]
    fn an_inquiry_may_leave_the_amount_out() {
        let mut body = payment();
        body["inquiryRequestId"] = json!("inq-1");
        let read = |body: &Value| Inquiry::read(body.to_string().as_bytes());
        assert_eq!(read(&body).expect("sound").amount, None);
        body["amount"] = json!({ "value": "1.00", "currency": "IDR" });
        assert_eq!(read(&body).expect("sound").amount, Some(Rupiah(1)));
        body["amount"] = json!("1.00");
        assert_eq!(read(&body), Err(Refusal::FieldMissing("amount.value".to_owned())));
    }
}
