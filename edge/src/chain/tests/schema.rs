//! Tables of older versions, brought up to date.

use super::*;
use crate::chain::schema::{MORE, STEPS, TABLES, migrate};
use crate::chain::{reports, watches};
use crate::sql::Sql;

/// The tables of version 3, when each watch said what its store had taken of it.
fn version_3() -> NativeSql {
    let mut sql = NativeSql::in_memory().unwrap();
    for statement in TABLES.iter().chain(&MORE).chain(STEPS[..2].iter().copied().flatten()) {
        sql.run(statement, &[]).unwrap();
    }
    // Awake, with both lanes known up to the head of the scene's chain.
    let watcher = "INSERT INTO watcher (id, active_height, active_coins, late_height, late_coins, next_poll_ms)
        VALUES (1, 10, 10, 10, 10, ?)";
    sql.run(watcher, &[START_MS.into()]).unwrap();
    sql.run("INSERT INTO schema_version (version) VALUES (3)", &[]).unwrap();
    sql
}

#[test]
fn what_was_not_taken_before_is_told_after() {
    let mut sql = version_3();
    // Number, store, lane, sequence, acknowledged, and whether it is told again.
    let table = [
        (1, 1, "active", 10, 10, false),
        (2, 1, "late", 20, 15, true),
        // Taken, but after one that was not.
        (3, 1, "late", 30, 30, true),
        (4, 1, "active", 40, 0, true),
        (5, 1, "active", 0, 0, false),
        (6, 2, "late", 35, 35, false),
        (7, 3, "joining", 0, 0, false),
    ];
    for (number, of, lane, sequence, acked, _) in table {
        let Watch { address, invoice_id, .. } = watch_since(number, START_MS);
        let of = store(of).digits().to_owned();
        sql.run(
            "INSERT INTO watches (address, store, invoice_id, confirmations, since_ms, active_until_ms, until_ms, lane,
                    sequence, reported_head, acked)
                VALUES (?, ?, ?, 3, 1, 2, ?, ?, ?, 7, ?)",
            &[
                format!("{address:#x}").into(),
                of.into(),
                invoice_id.into(),
                (START_MS + DAY_MS).into(),
                lane.into(),
                sequence.into(),
                acked.into(),
            ],
        )
        .unwrap();
    }
    migrate(&mut sql).unwrap();
    migrate(&mut sql).unwrap();

    let untold = reports::untold(&mut sql).unwrap();
    let expected: Vec<_> = table.iter().filter(|(.., again)| *again).map(|(number, ..)| *number).collect();
    let found: Vec<_> = untold.iter().map(|untold| untold.address.clone()).collect();
    assert_eq!(found, expected.iter().map(|number| format!("{:#x}", address(*number))).collect::<Vec<_>>());
    assert_eq!(untold.iter().map(|untold| untold.sequence).collect::<Vec<_>>(), [20, 30, 40]);
    assert_eq!(watches::count(&mut sql).unwrap(), 7);

    // The watcher goes on with them.
    let scene = scene();
    *scene.sql.0.borrow_mut() = sql;
    scene.tick();
    assert!((2..=4).all(|number| scene.told(number).len() == 1));
    assert_eq!(scene.told(1).len() + scene.told(6).len(), 0);
    scene.settle();
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(60);
    let told = scene.told(1).last().cloned().unwrap();
    assert!(told.sequence > 40 && told.payments.len() == 1, "{told:?}");
}
