//! Addresses, networks and names, judged as they would be connected to.
//! They must not leave this machine.

use super::*;

fn admits(reach: &Reach, address: &str) -> bool {
    reach.admit(address.parse().unwrap()).is_ok()
}

#[test]
fn what_only_the_operator_can_reach_is_refused() {
    let api: IpAddr = "10.96.0.1".parse().unwrap();
    let reach = Reach::new(Vec::new(), vec![api]);
    for refused in [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "10.96.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::ffff:10.96.0.1",
    ] {
        assert!(!admits(&reach, refused), "{refused}");
    }
    for admitted in [
        "10.96.0.2",
        "192.168.1.1",
        "8.8.8.8",
        "fd00::1",
        "2001:db8::1",
        "::ffff:8.8.8.8",
    ] {
        assert!(admits(&reach, admitted), "{admitted}");
    }
}

#[test]
fn a_network_that_is_named_is_allowed() {
    let networks = ["127.0.0.0/8", "fe80::/10", "10.96.0.1"].map(|text| text.parse().unwrap());
    let reach = Reach::new(networks.to_vec(), vec!["10.96.0.1".parse().unwrap()]);
    for admitted in ["127.0.0.1", "::ffff:127.0.0.1", "fe80::7", "10.96.0.1"] {
        assert!(admits(&reach, admitted), "{admitted}");
    }
    assert!(!admits(&reach, "::1") && !admits(&reach, "169.254.169.254"));
    let all = Reach::new(vec!["0.0.0.0/0".parse().unwrap()], Vec::new());
    assert!(admits(&all, "169.254.169.254") && !admits(&all, "::1"));
    for wrong in ["", "localhost", "10.0.0.0/33", "10.0.0.0/x", "::/129"] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong}");
    }
}

#[test]
fn an_address_in_a_uri_is_judged_however_it_is_written() {
    let reach = Reach::default();
    for refused in [
        "http://169.254.169.254/latest",
        "https://[::1]:8443/",
        "http://[::ffff:169.254.169.254]/",
    ] {
        assert!(reach.admit_uri(&refused.parse().unwrap()).is_err(), "{refused}");
    }
    assert!(reach.admit_uri(&"https://sdrs.example.com".parse().unwrap()).is_ok());
}

#[tokio::test]
async fn a_name_that_leads_there_is_refused_when_it_is_looked_up() {
    for name in ["localhost", "2130706433"] {
        let mut judged = Judged::new(Reach::default());
        let error = judged.call(name.parse().unwrap()).await.unwrap_err();
        let refused = error.get_ref().is_some_and(|inner| inner.is::<OutOfReach>());
        assert!(refused, "{name}: {error}");
        let mut judged = Judged::new(Reach::everywhere());
        assert!(
            judged.call(name.parse().unwrap()).await.unwrap().next().is_some(),
            "{name}"
        );
    }
}
