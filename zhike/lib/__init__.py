"""Plain Python that knows neither Django nor the business: money, dates, names, phones, files."""
