//! The shipped incident records, for the demo.

/// Name and text of each record, in order of name.
pub(crate) const INCIDENTS: &[(&str, &str)] = &[
    ("2000-maroochy-sewage.json", include_str!("../../../tests/data/incidents/2000-maroochy-sewage.json")),
    (
        "2006-veterans-laptop-theft.json",
        include_str!("../../../tests/data/incidents/2006-veterans-laptop-theft.json"),
    ),
    (
        "2007-estonia-denial-of-service.json",
        include_str!("../../../tests/data/incidents/2007-estonia-denial-of-service.json"),
    ),
    ("2007-hmrc-lost-discs.json", include_str!("../../../tests/data/incidents/2007-hmrc-lost-discs.json")),
    ("2009-aurora-google.json", include_str!("../../../tests/data/incidents/2009-aurora-google.json")),
    ("2009-shotgiant-huawei.json", include_str!("../../../tests/data/incidents/2009-shotgiant-huawei.json")),
    ("2010-antivirus-update.json", include_str!("../../../tests/data/incidents/2010-antivirus-update.json")),
    ("2010-gemalto-sim-keys.json", include_str!("../../../tests/data/incidents/2010-gemalto-sim-keys.json")),
    ("2010-stuxnet-natanz.json", include_str!("../../../tests/data/incidents/2010-stuxnet-natanz.json")),
    ("2011-belgacom.json", include_str!("../../../tests/data/incidents/2011-belgacom.json")),
    ("2012-aramco-shamoon.json", include_str!("../../../tests/data/incidents/2012-aramco-shamoon.json")),
    ("2013-telenor-hangover.json", include_str!("../../../tests/data/incidents/2013-telenor-hangover.json")),
    (
        "2014-morrisons-payroll.json",
        include_str!("../../../tests/data/incidents/2014-morrisons-payroll.json"),
    ),
    (
        "2014-opm-personnel-files.json",
        include_str!("../../../tests/data/incidents/2014-opm-personnel-files.json"),
    ),
    ("2014-sony-pictures.json", include_str!("../../../tests/data/incidents/2014-sony-pictures.json")),
    ("2015-ukraine-power.json", include_str!("../../../tests/data/incidents/2015-ukraine-power.json")),
    ("2016-bangladesh-bank.json", include_str!("../../../tests/data/incidents/2016-bangladesh-bank.json")),
    ("2016-indian-embassies.json", include_str!("../../../tests/data/incidents/2016-indian-embassies.json")),
    ("2016-shadow-brokers.json", include_str!("../../../tests/data/incidents/2016-shadow-brokers.json")),
    ("2017-equifax.json", include_str!("../../../tests/data/incidents/2017-equifax.json")),
    ("2017-notpetya-maersk.json", include_str!("../../../tests/data/incidents/2017-notpetya-maersk.json")),
    (
        "2020-shahid-rajaee-port.json",
        include_str!("../../../tests/data/incidents/2020-shahid-rajaee-port.json"),
    ),
    (
        "2020-wuhan-spear-phishing.json",
        include_str!("../../../tests/data/incidents/2020-wuhan-spear-phishing.json"),
    ),
    (
        "2021-colonial-pipeline.json",
        include_str!("../../../tests/data/incidents/2021-colonial-pipeline.json"),
    ),
    (
        "2021-strasbourg-data-centre-fire.json",
        include_str!("../../../tests/data/incidents/2021-strasbourg-data-centre-fire.json"),
    ),
    (
        "2022-albania-e-services.json",
        include_str!("../../../tests/data/incidents/2022-albania-e-services.json"),
    ),
    (
        "2022-hong-kong-cloud-cooling.json",
        include_str!("../../../tests/data/incidents/2022-hong-kong-cloud-cooling.json"),
    ),
    (
        "2022-northwestern-polytechnical.json",
        include_str!("../../../tests/data/incidents/2022-northwestern-polytechnical.json"),
    ),
    (
        "2024-anxun-document-leak.json",
        include_str!("../../../tests/data/incidents/2024-anxun-document-leak.json"),
    ),
    (
        "2024-crowdstrike-channel-file.json",
        include_str!("../../../tests/data/incidents/2024-crowdstrike-channel-file.json"),
    ),
    ("2025-aeroflot.json", include_str!("../../../tests/data/incidents/2025-aeroflot.json")),
    (
        "2025-harbin-winter-games.json",
        include_str!("../../../tests/data/incidents/2025-harbin-winter-games.json"),
    ),
];
