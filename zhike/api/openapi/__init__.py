"""The OpenAPI document, a part of the interface at a time."""
