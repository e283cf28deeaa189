//! What other programs see in a token. Each of these is run by another test, in a process of its own.

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::Error,
    object::{Attribute, AttributeInfo, AttributeType, ObjectClass},
    session::{Session, UserType},
    types::AuthPin,
};

fn session() -> Session {
    let module = Pkcs11::new(std::env::var_os("TOKEN_MODULE").unwrap()).unwrap();
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    let slots = module.get_slots_with_initialized_token().unwrap();
    let slot = *slots.iter().find(|slot| module.get_token_info(**slot).unwrap().label() == "ops").unwrap();
    let session = module.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&AuthPin::from(std::env::var("TOKEN_PIN").unwrap()))).unwrap();
    session
}

#[test]
#[ignore = "run by other tests, in a process with a token store"]
fn what_the_token_says_of_its_keys() {
    let session = session();
    for key in session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).unwrap() {
        let asked = [
            AttributeType::Label,
            AttributeType::Id,
            AttributeType::AlwaysSensitive,
            AttributeType::NeverExtractable,
        ];
        let attributes = session.get_attributes(key, &asked).unwrap();
        let [Attribute::Label(label), Attribute::Id(id), sensitive, kept] = &attributes[..] else {
            panic!("{attributes:?}")
        };
        assert_eq!(
            (sensitive, kept),
            (&Attribute::AlwaysSensitive(true), &Attribute::NeverExtractable(true))
        );
        let info = session.get_attribute_info(key, &[AttributeType::Value]).unwrap();
        assert!(matches!(info[..], [AttributeInfo::Sensitive]), "{info:?}");
        let value = session.get_attributes(key, &[AttributeType::Value]);
        assert!(value.is_err() || value.is_ok_and(|found| found.is_empty()));
        // Nor does a template that asks for less make it so.
        let opened: Result<(), Error> = session.update_attributes(key, &[Attribute::Extractable(true)]);
        assert!(opened.is_err());
        let label = String::from_utf8_lossy(label);
        println!("{label}: {}-byte id, no value, sensitive, never extractable", id.len());
    }
}

#[test]
#[ignore = "run by other tests, in a process with a token store"]
fn the_author_key_is_deleted() {
    let session = session();
    let label = Attribute::Label(b"detente a.example author".to_vec());
    let found = session.find_objects(&[label]).unwrap();
    assert!(!found.is_empty());
    for object in found {
        session.destroy_object(object).unwrap();
    }
}

#[test]
#[ignore = "run by other tests, in a process with a token store"]
fn the_token_is_empty() {
    assert_eq!(session().find_objects(&[]).unwrap().len(), 0);
}
