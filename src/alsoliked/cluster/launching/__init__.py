"""LAUNCHING: processes that train together, from one terminal: started, watched, and begun again when one is lost."""
