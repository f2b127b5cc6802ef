"""The ShopSwift demonstration: an invented retailer with one very good week that is not true."""
