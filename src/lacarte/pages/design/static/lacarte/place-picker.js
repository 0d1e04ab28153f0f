// Choosing a point on the map of the city's own regions. Without it, people choose a district and write an address.
"use strict";

(async () => {
  const box = document.querySelector("[data-place-picker]");
  if (!box || !window.L) return;
  const longitude = document.getElementById(box.dataset.longitude);
  const latitude = document.getElementById(box.dataset.latitude);
  const answer = await fetch(box.dataset.regions);
  if (!answer.ok) return;
  const regions = await answer.json();
  if (!regions.features.length) return;
  box.hidden = false;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const map = L.map(box, { attributionControl: false, zoomSnap: 0.25 });
  const drawn = L.geoJSON(regions, {
    style: { color: colour("--line-strong"), weight: 1, fillColor: colour("--map-1"), fillOpacity: 0.9 },
    onEachFeature: (feature, layer) => layer.bindTooltip(feature.properties.name, { sticky: true }),
  }).addTo(map);
  map.fitBounds(drawn.getBounds());
  let mark = null;
  const put = (point) => {
    mark ??= L.circleMarker(point, { radius: 9, color: colour("--surface"), weight: 3, fillColor: colour("--urgent"), fillOpacity: 1 }).addTo(map);
    mark.setLatLng(point);
    longitude.value = point.lng.toFixed(6);
    latitude.value = point.lat.toFixed(6);
  };
  if (longitude.value && latitude.value) put(L.latLng(Number(latitude.value), Number(longitude.value)));
  map.on("click", (event) => put(event.latlng));
})();
