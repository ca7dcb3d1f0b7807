//! What an asset is still worth: straight line by day, in exact integers (contract: asset-platform §10).

use chrono::NaiveDate;

/// The worth on day `on` of one piece that cost `origin` and was entered on `entered` for `years` years: the remaining share of
/// 365-day years, rounded up, never below 0 or above `origin`; 0 when `years` is 0.
pub fn net_value(origin: i64, years: i64, entered: NaiveDate, on: NaiveDate) -> i64 {
    let life = 365 * i128::from(years);
    if life == 0 {
        return 0;
    }
    let left = life - i128::from(on.signed_duration_since(entered).num_days());
    let share = i128::from(origin) * left;
    let rounded_up = share.div_euclid(life) + i128::from(share.rem_euclid(life) != 0);
    i64::try_from(rounded_up.clamp(0, i128::from(origin))).unwrap_or(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_table() {
        let entered = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
        for (origin, years, days, worth) in [
            (100, 3, 0, 100),
            (100, 3, 10, 100),
            (100, 3, 11, 99),
            (100, 3, 365, 67),
            (100, 3, 730, 34),
            (100, 3, 1094, 1),
            (100, 3, 1095, 0),
            (100, 3, 1096, 0),
            (12000, 5, 365, 9600),
            (12000, 5, 366, 9594),
            (1000, 7, 365, 858),
            (100, 10, 2555, 30),
            (1, 5, 1824, 1),
            (100, 3, -365, 100),
            (100, 0, 0, 0),
            (0, 5, 10, 0),
            (i64::from(i32::MAX), i64::from(i32::MAX), 1, i64::from(i32::MAX)),
        ] {
            let on = entered + chrono::Duration::days(days);
            assert_eq!(net_value(origin, years, entered, on), worth, "{origin} over {years} years after {days} days");
        }
    }
}
