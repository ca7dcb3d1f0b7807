//! Settings: the order of sources, the sentences about wrong ones, and the example file.

use std::{collections::BTreeMap, fs, path::Path};

use assetry::settings::{FeishuCard, FeishuOauth, Introspection, Settings, Wrong};
use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
    value::{Dict, Value},
};

/// The settings that these variables give, over a settings file with this text.
fn read(file: &str, variables: &[(&str, &str)]) -> Result<Settings, Wrong> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    fs::write(&path, file).unwrap();
    let mut environment = vec![("ASSETRY_CONFIG".to_owned(), path.display().to_string())];
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::from_environment(environment)
}

/// The sentence that refuses these variables.
fn refusal(variables: &[(&str, &str)]) -> String {
    read("", variables).unwrap_err().to_string()
}

#[test]
fn defaults_are_those_of_the_contract() {
    let settings = read("", &[]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database_url.expose(), "sqlite://assetry.db?mode=rwc");
    assert_eq!(settings.public_url("127.0.0.1:9".parse().unwrap()), "http://127.0.0.1:9");
    assert_eq!(settings.timezone, chrono_tz::Tz::Asia__Shanghai);
    assert!(settings.jwt_secret.is_none());
    assert_eq!(settings.files.max_bytes, 20_971_520);
    assert_eq!(settings.feishu.base_url, "https://open.feishu.cn");
    assert_eq!(settings.feishu.accounts_url(), "https://accounts.feishu.cn");
    assert_eq!((settings.feishu.max_age_seconds, settings.feishu.retry_base_ms), (28_800, 1000));
    assert_eq!((settings.feishu.oauth, settings.feishu.card), (FeishuOauth::Auto, FeishuCard::ApprovalBot));
    assert_eq!(settings.wecom.base_url, "https://qyapi.weixin.qq.com");
}

#[test]
fn the_environment_goes_over_the_file_and_the_file_over_the_defaults() {
    let file = "listen = \"127.0.0.1:1\"\n[feishu]\napp_id = \"of the file\"\nrequire_state = true\nredirect_uris = [\"a\", \"b\"]";
    let settings = read(
        file,
        &[
            ("ASSETRY_FEISHU__APP_ID", "of the environment"),
            ("ASSETRY_FEISHU__ALLOW_UNSIGNED", "true"),
            ("ASSETRY_HTTP__SHUTDOWN_SECONDS", "7"),
            ("ASSETRY_HTTP__TRUSTED_PROXIES", "10.0.0.1, ::1"),
            ("ASSETRY_GRAPHQL__INTROSPECTION", "nobody"),
            ("ASSETRY_PUBLIC_URL", "https://assets.example/"),
            ("ASSETRY_TEST_POSTGRES_URL", "not ours"),
            ("ASSETRY_JWT_SECRET", ""),
        ],
    )
    .unwrap();
    assert_eq!(settings.listen.port(), 1);
    assert_eq!(settings.feishu.app_id.as_deref(), Some("of the environment"));
    assert_eq!(settings.feishu.allow_unsigned, Some(true));
    assert!(settings.feishu.require_state);
    assert_eq!(settings.feishu.redirect_uris.0, ["a", "b"]);
    assert_eq!(settings.http.shutdown_seconds, 7);
    assert_eq!(settings.http.trusted_proxies.0, ["10.0.0.1", "::1"]);
    assert_eq!(settings.graphql.introspection, Some(Introspection::Nobody));
    assert_eq!(settings.public_url(settings.listen), "https://assets.example");
    assert!(settings.jwt_secret.is_none());
}

#[test]
fn texts_that_look_like_something_else_stay_texts() {
    let settings = read(
        "",
        &[
            ("ASSETRY_WECOM__AGENT_ID", "0001000002"),
            ("ASSETRY_FEISHU__VERIFICATION_TOKEN", "1e5"),
            ("ASSETRY_FEISHU__ENCRYPT_KEY", "[not, a, list"),
            ("ASSETRY_JWT_SECRET", "12345678901234567890123456789012"),
        ],
    )
    .unwrap();
    assert_eq!(settings.wecom.agent_id.as_deref(), Some("0001000002"));
    assert_eq!(settings.feishu.verification_token.unwrap().expose(), "1e5");
    assert_eq!(settings.feishu.encrypt_key.unwrap().expose(), "[not, a, list");
    assert_eq!(settings.jwt_secret.unwrap().expose(), "12345678901234567890123456789012");
}

#[test]
fn a_wrong_setting_is_one_sentence_that_names_it() {
    for (variable, value, sentence) in [
        (
            "ASSETRY_LISTEN",
            "8080",
            "The setting listen (ASSETRY_LISTEN) must be an address and a port such as 127.0.0.1:8080.",
        ),
        (
            "ASSETRY_TIMEZONE",
            "Mars/Base",
            "The setting timezone (ASSETRY_TIMEZONE) must be a zone of the tz database such as Asia/Shanghai.",
        ),
        (
            "ASSETRY_DATABASE_URL",
            "mysql://x",
            "The setting database_url (ASSETRY_DATABASE_URL) must start with sqlite: or postgres://.",
        ),
        (
            "ASSETRY_PUBLIC_URL",
            "assets.example",
            "The setting public_url (ASSETRY_PUBLIC_URL) must start with http:// or https://.",
        ),
        ("ASSETRY_JWT_SECRET", "hush", "The setting jwt_secret (ASSETRY_JWT_SECRET) must be at least 32 bytes long."),
        ("ASSETRY_LOG__JSON", "perhaps", "The setting log.json (ASSETRY_LOG__JSON) must be true or false."),
        (
            "ASSETRY_HTTP__BODY_BYTES",
            "-1",
            "The setting http.body_bytes (ASSETRY_HTTP__BODY_BYTES) must be a whole number, 0 or more.",
        ),
        (
            "ASSETRY_HTTP__BODY_BYTES",
            "1",
            "The setting http.body_bytes (ASSETRY_HTTP__BODY_BYTES) must be between 1024 and 1073741824.",
        ),
        (
            "ASSETRY_HASHING__PASSES",
            "99999999999",
            "The setting hashing.passes (ASSETRY_HASHING__PASSES) must be a whole number, 0 or more.",
        ),
        (
            "ASSETRY_FEISHU__OAUTH",
            "v3",
            "The setting feishu.oauth (ASSETRY_FEISHU__OAUTH) must be one of auto, v2, v1, passport.",
        ),
        ("ASSETRY_FEISHU__APP_IDD", "x", "There is no setting feishu.app_idd (ASSETRY_FEISHU__APP_IDD)."),
        ("ASSETRY_LISTENS", "x", "There is no setting listens (ASSETRY_LISTENS)."),
        ("ASSETRY_FEISHU", "x", "The setting feishu (ASSETRY_FEISHU) must be a section with keys of its own."),
        (
            "ASSETRY_WECOM__CALLBACK_AES_KEY",
            "short",
            "The setting wecom.callback_aes_key (ASSETRY_WECOM__CALLBACK_AES_KEY) must be 43 characters long.",
        ),
        (
            "ASSETRY_WECOM__CALLBACK_AES_KEY",
            "-123456789012345678901234567890123456789012",
            "The setting wecom.callback_aes_key (ASSETRY_WECOM__CALLBACK_AES_KEY) must be base64.",
        ),
        ("ASSETRY_WECOM__AGENT_ID", "one", "The setting wecom.agent_id (ASSETRY_WECOM__AGENT_ID) must be a number."),
        (
            "ASSETRY_LOG__FILTER",
            "assetry=loud",
            "The setting log.filter (ASSETRY_LOG__FILTER) must be levels by target such as info or warn,assetry=debug.",
        ),
    ] {
        assert_eq!(refusal(&[(variable, value)]), sentence);
    }
    assert!(refusal(&[("ASSETRY_DATABASE_URL", "sqlite::memory:")]).contains("must name a file"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_never_quoted() {
    let sentence = read("[feishu]\napp_secret = HUSHHUSH\n", &[]).unwrap_err().to_string();
    assert!(sentence.contains("settings.toml is not TOML (at line 2, column 14)"), "{sentence}");
    assert!(!sentence.contains("HUSH"), "{sentence}");

    let sentence = read("jwt_secret = 1234567\n", &[]).unwrap_err().to_string();
    assert_eq!(sentence, "The setting jwt_secret (ASSETRY_JWT_SECRET) must be a text.");

    let missing = Settings::from_environment(vec![("ASSETRY_CONFIG".to_owned(), "/nowhere/at/all.toml".to_owned())]);
    assert!(missing.unwrap_err().to_string().starts_with("The settings file /nowhere/at/all.toml cannot be read"));
}

#[test]
fn secrets_are_not_in_the_debug_text() {
    const HUSH: &str = "HUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSH123";
    let names = [
        "ASSETRY_JWT_SECRET",
        "ASSETRY_FEISHU__APP_SECRET",
        "ASSETRY_FEISHU__ENCRYPT_KEY",
        "ASSETRY_FEISHU__VERIFICATION_TOKEN",
        "ASSETRY_FEISHU__APPROVAL_CALLBACK_TOKEN",
        "ASSETRY_FEISHU__APPROVAL_CALLBACK_KEY",
        "ASSETRY_WECOM__CORP_SECRET",
        "ASSETRY_WECOM__CALLBACK_TOKEN",
        "ASSETRY_WECOM__CALLBACK_AES_KEY",
    ];
    let mut variables: Vec<_> = names.iter().map(|name| (*name, HUSH)).collect();
    let url = format!("postgres://user:{HUSH}@localhost/x");
    variables.push(("ASSETRY_DATABASE_URL", &url));
    let text = format!("{:?}", read("", &variables).unwrap());
    assert!(!text.contains("HUSH"), "{text}");
    assert!(text.contains("base_url"));
}

/// Every key with its value, sections joined by dots.
fn keys(prefix: &str, dict: &Dict) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for (key, value) in dict {
        let key = format!("{prefix}{key}");
        match value {
            Value::Dict(_, section) => all.extend(keys(&format!("{key}."), section)),
            value => {
                all.insert(key, value.clone());
            }
        }
    }
    all
}

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn the_example_file_has_every_key_with_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assetry.example.toml");
    let example = fs::read_to_string(path).unwrap();
    read(&example, &[]).unwrap();
    // A setting stands directly behind its #, prose behind a blank.
    let uncommented: Vec<_> = example
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()))
                .unwrap_or(line)
        })
        .collect();
    let uncommented = uncommented.join("\n");
    read(&uncommented, &[]).unwrap();

    let example: Dict = Figment::from(Toml::string(&uncommented)).extract().unwrap();
    let defaults: Dict = Figment::from(Serialized::defaults(Settings::default())).extract().unwrap();
    let (example, defaults) = (keys("", &example), keys("", &defaults));
    assert_eq!(example.keys().collect::<Vec<_>>(), defaults.keys().collect::<Vec<_>>());
    for (key, default) in defaults {
        // A key without a default is shown by an example, and secrets do not show theirs.
        if !matches!(default, Value::Empty(..)) && key != "database_url" {
            assert_eq!(json(&example[&key]), json(&default), "{key}");
        }
    }
}
