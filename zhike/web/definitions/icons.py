"""Icons to choose from for an object of one's own; all of them are in the sprite."""

from __future__ import annotations

ICONS = (
    "box", "package", "shopping-cart", "receipt", "file-invoice", "cash", "wallet", "credit-card", "currency-yuan",
    "chart-bar", "target-arrow", "presentation", "briefcase", "building", "building-store", "building-community",
    "users-group", "user-star", "heart-handshake", "headset", "tool", "ticket", "message-report", "checkbox",
    "clipboard-list", "calendar-event", "flag", "rosette", "award", "school", "stethoscope", "truck",
    "route", "map-pin", "plug", "qrcode", "photo", "folder", "book-2", "notes", "bulb", "sparkles", "diamond", "star",
    "trophy", "speakerphone", "news",
)  # fmt: skip
