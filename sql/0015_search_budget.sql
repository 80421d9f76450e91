-- HubSpot counts searches apart from all other calls (design 6: 4 a second).
ALTER TABLE budget MODIFY destination ENUM('hubspot','impact','hubspot_search') NOT NULL;
