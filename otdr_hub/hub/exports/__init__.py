"""Files that leave the house: CSV, XLSX and PDF of what the hub shows, each naming what it is."""
