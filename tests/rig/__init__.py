"""The rig: processes that are killed, disks that are full, files that are cut off, and what stands afterwards."""
