"""Chinese dates as one writes them by hand: 5月4日, not 05月4日."""

DATE_FORMAT = "Y年n月j日"
MONTH_DAY_FORMAT = "n月j日"
YEAR_MONTH_FORMAT = "Y年n月"
