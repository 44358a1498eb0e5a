//! The bank against a biller that checks its signatures, and a biller against the bank's.

use std::sync::{Arc, Mutex};

use crate::common::{Wishes, World, world_with};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::post,
};
use data_encoding::{BASE64, HEXLOWER};
use ring::{digest, hmac, signature};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the biller saw, and how it is to answer payments before it accepts one.
#[derive(Default)]
struct Biller {
    tokens: u32,
    valid_token: String,
    payments: Vec<Value>,
    external_ids: Vec<String>,
    failures: Vec<StatusCode>,
}

type Shared = Arc<Mutex<Biller>>;

async fn token(State(biller): State<Shared>, headers: HeaderMap) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let signed = format!("{}|{}", text("x-client-key"), text("x-timestamp"));
    let pem = antrean_sandbox::bank::DEMO_PUBLIC_KEY_PEM;
    let (_, spki) = spki::der::pem::decode_vec(pem.as_bytes()).unwrap();
    // The key itself follows the 24 bytes that say it is RSA.
    let key = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, &spki[24..]);
    key.verify(signed.as_bytes(), &BASE64.decode(text("x-signature").as_bytes()).unwrap()).unwrap();
    let mut biller = biller.lock().unwrap();
    biller.tokens += 1;
    biller.valid_token = format!("token-{}", biller.tokens);
    axum::Json(json!({ "responseCode": "2007300", "accessToken": biller.valid_token, "tokenType": "Bearer", "expiresIn": "900" }))
        .into_response()
}

async fn transfer(State(biller): State<Shared>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let answer = |status: u16, code: &str, data: Value| {
        let body = json!({ "responseCode": code, "responseMessage": "…", "virtualAccountData": data });
        (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
    };
    let mut biller = biller.lock().unwrap();
    let token = text("authorization").replace("Bearer ", "");
    if token != biller.valid_token {
        return answer(401, "4012401", Value::Null);
    }
    let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body.as_bytes()).as_ref());
    let signed = format!("POST:{}:{token}:{hash}:{}", uri.path(), text("x-timestamp"));
    let key = hmac::Key::new(hmac::HMAC_SHA512, b"bank-secret");
    if hmac::verify(&key, signed.as_bytes(), &BASE64.decode(text("x-signature").as_bytes()).unwrap()).is_err() {
        return answer(401, "4012400", Value::Null);
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["partnerServiceId"], "    8999");
    assert_eq!(body["virtualAccountNo"], format!("    8999{}", body["customerNo"].as_str().unwrap()));
    biller.external_ids.push(text("x-external-id"));
    if uri.path().ends_with("inquiry") {
        return match body["customerNo"].as_str().unwrap() {
            "811" => answer(404, "4042419", Value::Null),
            _ => {
                answer(200, "2002400", json!({ "virtualAccountName": "BUDI", "totalAmount": { "value": "350000.00", "currency": "IDR" } }))
            }
        };
    }
    biller.payments.push(body);
    match biller.failures.pop() {
        Some(status) => status.into_response(),
        None => answer(200, "2002500", Value::Null),
    }
}

async fn biller() -> (String, Shared) {
    let biller = Shared::default();
    let app = Router::new()
        .route("/v1.0/access-token/b2b", post(token))
        .route("/v1.0/transfer-va/{what}", post(transfer))
        .with_state(Arc::clone(&biller));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, biller)
}

#[tokio::test]
async fn a_bill_is_asked_for_and_paid_and_a_payment_without_answer_is_repeated() {
    let (product_url, biller) = biller().await;
    let (world, _dir) = world_with(Wishes { product_url, ..Wishes::default() }).await;
    let ask = |code: &str| world.post("/bank/inquiry", json!({ "code": code }));
    let expired: Value = ask("811").await.json().await.unwrap();
    assert_eq!((&expired["state"], &expired["response_code"]), (&json!("expired"), &json!("4042419")));
    let bill: Value = ask("820 551 293 847 561").await.json().await.unwrap();
    assert_eq!((&bill["state"], &bill["amount"], &bill["name"]), (&json!("open"), &json!("350000.00"), &json!("BUDI")));

    // A token the biller forgot, and an error of its own: both are the bank's to get over.
    biller.lock().unwrap().valid_token = "another".to_owned();
    biller.lock().unwrap().failures = vec![StatusCode::SERVICE_UNAVAILABLE];
    let receipt: Value = world.post("/bank/pay", bill.clone()).await.json().await.unwrap();
    assert_eq!((&receipt["state"], &receipt["attempts"], &receipt["response_code"]), (&json!("accepted"), &json!(2), &json!("2002500")));
    assert_eq!(world.post("/bank/pay", bill.clone()).await.status(), 400, "one inquiry, one payment");
    assert_eq!(world.get("/bank/payments").await["payments"][0]["code"], "820551293847561");

    let biller = biller.lock().unwrap();
    assert_eq!(biller.tokens, 2);
    let [first, second] = biller.payments.as_slice() else { panic!("two payments were sent") };
    assert_eq!((&first["flagAdvise"], &second["flagAdvise"]), (&json!("N"), &json!("Y")));
    assert_eq!((&first["paymentRequestId"], &second["paymentRequestId"]), (&bill["request_id"], &bill["request_id"]));
    assert_eq!(first["paidAmount"], json!({ "value": "350000.00", "currency": "IDR" }));
    let mut ids = biller.external_ids.clone();
    ids.dedup();
    assert_eq!(ids.len(), biller.external_ids.len(), "every call has its own external id");
}

#[tokio::test]
async fn the_script_can_make_calls_wrong() {
    let (product_url, _biller) = biller().await;
    let (world, _dir) = world_with(Wishes { product_url, ..Wishes::default() }).await;
    let right = world.sim("/bank/inquiry", json!({ "code": "820" })).await;
    assert_eq!((&right["status"], &right["body"]["responseCode"]), (&json!(200), &json!("2002400")));
    let forged = world.sim("/bank/pay", json!({ "code": "820", "amount": 350_000, "bad_signature": true })).await;
    assert_eq!((&forged["status"], &forged["body"]["responseCode"]), (&json!(401), &json!("4012400")));
    let stranger = world.sim("/bank/inquiry", json!({ "code": "820", "bad_token": true })).await;
    assert_eq!(stranger["status"], 401);
    let paid = world.sim("/bank/pay", json!({ "code": "820", "amount": 350_000, "payment_id": "p1" })).await;
    assert_eq!(paid["request_id"], "p1");
}

#[tokio::test]
async fn a_biller_that_is_away_is_named() {
    let (world, _dir) = world_with(Wishes::default()).await;
    let answer = world.post("/bank/inquiry", json!({ "code": "820" })).await;
    assert_eq!(answer.status(), 502);
    let error: Value = answer.json().await.unwrap();
    assert!(error["error"].as_str().unwrap().starts_with("the biller does not answer"), "{error}");
}

/// Asks the bank something; the status and the body.
async fn ask(world: &World, path: &str, body: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let request =
        headers.iter().fold(world.http.post(format!("{}{path}", world.url)), |request, (name, value)| request.header(*name, *value));
    let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn bank_token(world: &World, moment: &str) -> (u16, Value) {
    let (_, der) = spki::der::pem::decode_vec(antrean_sandbox::bank::DEMO_PRIVATE_KEY_PEM.as_bytes()).unwrap();
    let key = signature::RsaKeyPair::from_pkcs8(&der).unwrap();
    let mut signed = vec![0; key.public().modulus_len()];
    let text = format!("bank-contoh|{moment}");
    key.sign(&signature::RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), text.as_bytes(), &mut signed).unwrap();
    let headers = [("x-client-key", "bank-contoh"), ("x-timestamp", moment), ("x-signature", &BASE64.encode(&signed))];
    ask(world, "/v1.0/access-token/b2b", &json!({ "grantType": "client_credentials" }), &headers).await
}

async fn status_of(world: &World, code: &str, token: &str, moment: &str, secret: &[u8]) -> (u16, Value) {
    let body = json!({ "partnerServiceId": "    8999", "customerNo": code, "virtualAccountNo": format!("    8999{code}") });
    let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body.to_string().as_bytes()).as_ref());
    let path = "/v1.0/transfer-va/status";
    let key = hmac::Key::new(hmac::HMAC_SHA512, secret);
    let signed = BASE64.encode(hmac::sign(&key, format!("POST:{path}:{token}:{hash}:{moment}").as_bytes()).as_ref());
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-timestamp", moment),
        ("x-signature", &signed),
        ("x-partner-id", "bank-contoh"),
        ("x-external-id", "17"),
    ];
    ask(world, path, &body, &headers).await
}

#[tokio::test]
async fn a_biller_that_proves_itself_is_told_what_was_paid() {
    // Where the clock of a test's world stands.
    let moment = "2027-01-15T15:00:00+07:00";
    let (product_url, _biller) = biller().await;
    let (world, _dir) = world_with(Wishes { product_url, ..Wishes::default() }).await;
    let bill: Value = world.post("/bank/inquiry", json!({ "code": "820551293847561" })).await.json().await.unwrap();
    world.post("/bank/pay", bill.clone()).await;

    let (_, granted) = bank_token(&world, moment).await;
    let token = granted["accessToken"].as_str().unwrap();
    let (status, told) = status_of(&world, "820551293847561", token, moment, b"bank-secret").await;
    assert_eq!((status, &told["responseCode"]), (200, &json!("2002600")), "{told}");
    let [payment] = told["virtualAccountData"].as_array().unwrap().as_slice() else { panic!("one payment: {told}") };
    assert_eq!(payment["paymentRequestId"], bill["request_id"]);
    assert_eq!(payment["paidAmount"], json!({ "value": "350000.00", "currency": "IDR" }));
    assert_eq!((&payment["paymentFlagStatus"], &payment["transactionDate"]), (&json!("00"), &json!(moment)));

    let code = |(status, body): (u16, Value)| (status, body["responseCode"].as_str().unwrap().to_owned());
    assert_eq!(code(status_of(&world, "811", token, moment, b"bank-secret").await), (404, "4042601".to_owned()));
    assert_eq!(code(status_of(&world, "811", token, moment, b"another").await), (401, "4012600".to_owned()));
    assert_eq!(code(status_of(&world, "811", "never-given", moment, b"bank-secret").await), (401, "4012601".to_owned()));
    assert_eq!(code(bank_token(&world, "2027-01-15T15:06:00+07:00").await), (401, "4017300".to_owned()));
    world.sim("/bank/away", json!({ "away": true })).await;
    assert_eq!(code(status_of(&world, "811", token, moment, b"bank-secret").await), (503, "5032600".to_owned()));
}
